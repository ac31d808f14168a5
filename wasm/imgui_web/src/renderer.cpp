#include "renderer.hpp"

#include "damage.hpp"

#include <GLES3/gl3.h>

#include <cstddef>
#include <utility>

namespace imgui_web {

namespace {

// Fixed places instead of names: asking for a place waits until the program is linked. The scale is a constant attribute for
// the same reason.
enum Attribute : GLuint { position, texture_place, color, scale };

constexpr const char* vertex_source =
    "#version 300 es\n"
    "layout(location=0) in vec2 position;"
    "layout(location=1) in vec2 place;"
    "layout(location=2) in vec4 color;"
    "layout(location=3) in vec4 scale;"
    "out vec2 at;"
    "out vec4 tint;"
    "void main(){at=place;tint=color;gl_Position=vec4(position*scale.xy+vec2(-1,1),0,1);}";

constexpr const char* fragment_source =
    "#version 300 es\n"
    "precision mediump float;"
    "uniform sampler2D image;"
    "in vec2 at;"
    "in vec4 tint;"
    "out vec4 result;"
    "void main(){result=tint*texture(image,at);}";

GLuint compile(GLuint program, GLenum kind, const char* source) {
  const GLuint shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  glAttachShader(program, shader);
  return shader;
}

GLuint link_program() {
  const GLuint program = glCreateProgram();
  const GLuint vertex = compile(program, GL_VERTEX_SHADER, vertex_source);
  const GLuint fragment = compile(program, GL_FRAGMENT_SHADER, fragment_source);
  glLinkProgram(program);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  return program;
}

void create_texture(ImTextureData& texture) {
  GLuint name = 0;
  glGenTextures(1, &name);
  glBindTexture(GL_TEXTURE_2D, name);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, texture.Width, texture.Height, 0, GL_RGBA, GL_UNSIGNED_BYTE, texture.GetPixels());
  texture.SetTexID(name);
  texture.SetStatus(ImTextureStatus_OK);
}

void change_texture(ImTextureData& texture) {
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture.TexID));
  glPixelStorei(GL_UNPACK_ROW_LENGTH, texture.Width);
  for (const ImTextureRect& r : texture.Updates)
    glTexSubImage2D(GL_TEXTURE_2D, 0, r.x, r.y, r.w, r.h, GL_RGBA, GL_UNSIGNED_BYTE, texture.GetPixelsAt(r.x, r.y));
  texture.SetStatus(ImTextureStatus_OK);
}

void destroy_texture(ImTextureData& texture) {
  const auto name = static_cast<GLuint>(texture.TexID);
  glDeleteTextures(1, &name);
  texture.SetTexID(ImTextureID_Invalid);
  texture.SetStatus(ImTextureStatus_Destroyed);
}

void set_scissor(const PixelRect& r, int height) { glScissor(r.left, height - r.bottom, r.right - r.left, r.bottom - r.top); }

void draw_command(const ImDrawCmd& command) {
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(command.GetTexID()));
  static_assert(sizeof(ImDrawIdx) == 4);
  glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), GL_UNSIGNED_INT,
                 reinterpret_cast<const void*>(static_cast<std::uintptr_t>(command.IdxOffset) * sizeof(ImDrawIdx)));
}

// What of a list lies in `part` of a screen of this height.
void draw_list(const ImDrawList& list, ImVec2 density, const PixelRect& part, int height) {
  bool uploaded = false;
  each_command(list, [&](const ImDrawCmd& command) {
    const PixelRect clip = clip_of(command, density, part);
    if (clip.empty()) return;
    if (!uploaded) {
      uploaded = true;
      glBufferData(GL_ARRAY_BUFFER, list.VtxBuffer.size_in_bytes(), list.VtxBuffer.Data, GL_STREAM_DRAW);
      glBufferData(GL_ELEMENT_ARRAY_BUFFER, list.IdxBuffer.size_in_bytes(), list.IdxBuffer.Data, GL_STREAM_DRAW);
    }
    set_scissor(clip, height);
    draw_command(command);
  });
}

}  // namespace

void Renderer::start() {
  ImGuiIO& io = ImGui::GetIO();
  io.BackendRendererName = "imgui_web";
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
  if (ImGui::GetPlatformIO().Renderer_TextureMaxWidth == 0) {
    GLint most = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &most);
    ImGui::GetPlatformIO().Renderer_TextureMaxWidth = ImGui::GetPlatformIO().Renderer_TextureMaxHeight = most;
  }
  program_ = link_program();
  program_used_ = false;
  glGenVertexArrays(1, &array_);
  glBindVertexArray(array_);
  glGenBuffers(1, &vertices_);
  glGenBuffers(1, &indices_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  const auto attribute = [](GLuint which, GLint size, GLenum type, GLboolean normalized, std::size_t offset) {
    glEnableVertexAttribArray(which);
    glVertexAttribPointer(which, size, type, normalized, sizeof(ImDrawVert), reinterpret_cast<const void*>(offset));
  };
  attribute(position, 2, GL_FLOAT, GL_FALSE, offsetof(ImDrawVert, pos));
  attribute(texture_place, 2, GL_FLOAT, GL_FALSE, offsetof(ImDrawVert, uv));
  attribute(color, 4, GL_UNSIGNED_BYTE, GL_TRUE, offsetof(ImDrawVert, col));
  glEnable(GL_SCISSOR_TEST);
  glEnable(GL_BLEND);
  glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
  invalidate();
}

// The calls do nothing any more, but Emscripten's tables of names are emptied.
void Renderer::forget() {
  glDeleteProgram(program_);
  glDeleteVertexArrays(1, &array_);
  glDeleteBuffers(1, &vertices_);
  glDeleteBuffers(1, &indices_);
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures)
    if (texture->RefCount == 1) destroy_texture(*texture);
}

void Renderer::update_textures() {
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->Status == ImTextureStatus_OK) continue;
    if (texture->Status == ImTextureStatus_WantDestroy) {
      if (texture->UnusedFrames > 0) destroy_texture(*texture);
      continue;
    }
    // What is added lies where nothing was, so nothing on the screen changes by it. A new texture may have an old one's name.
    if (texture->Status == ImTextureStatus_WantUpdates) {
      change_texture(*texture);
    } else if (texture->Status == ImTextureStatus_WantCreate) {
      create_texture(*texture);
      invalidate();
    }
  }
}

bool Renderer::draw(const ImDrawData& data, ImVec4 page, int width, int height) {
  const PixelRect screen{0, 0, width, height};
  hash_tiles(data, ImGui::ColorConvertFloat4ToU32(page), screen, next_);
  const PixelRect changed = difference(shown_, next_, screen);
  shown_.swap(next_);
  if (changed.empty()) return false;
  // Not in start(): that waits until the program is linked.
  if (!std::exchange(program_used_, true)) glUseProgram(program_);
  glViewport(0, 0, width, height);
  set_scissor(changed, height);
  glClearColor(page.x, page.y, page.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glVertexAttrib4f(scale, 2 / data.DisplaySize.x, -2 / data.DisplaySize.y, 0, 0);
  for (const ImDrawList* list : data.CmdLists) draw_list(*list, data.FramebufferScale, changed, height);
  return true;
}

}  // namespace imgui_web
