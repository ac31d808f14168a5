// A coroutine that belongs to whoever holds it. For what it can wait for see async_client.hpp.
//
//   Task<Error> greet(AsyncClient& mqtt);
//   Task<> run(AsyncClient& mqtt) { if (Error error = co_await greet(mqtt)) print(error.message()); }
//   Task<> main_task = run(mqtt);
//   main_task.start();
//   context.run();
//
// It begins when it is awaited, or by start(), and never twice. Destroying it ends it where it waits: its variables are destroyed,
// and nothing of what it waited for comes back; not from inside of itself. What is passed by reference has to live as long as
// it does, so parameters of a coroutine are best values, or things that outlive it. A lambda's captures die with the lambda: call a
// function, or keep the lambda. Errors are results: an exception that leaves a task ends the program.
//
// One thread, as everything here.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace wasmqtt {

template <class T = void>
class Task;

namespace task_detail {

struct PromiseBase {
  // When it is over, whoever awaits it goes on.
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> task) const noexcept {
      return task.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
};

template <class T>
struct Promise : PromiseBase {
  Task<T> get_return_object() noexcept;
  template <class Value>
  void return_value(Value&& value) {
    result.emplace(std::forward<Value>(value));
  }
  std::optional<T> result;
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;

  Task() = default;
  Task(Task&& other) noexcept : task_(std::exchange(other.task_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~Task() {
    if (task_) task_.destroy();
  }

  // Runs it up to where it first waits. Once, and only for a task that nobody awaits.
  void start() { task_.resume(); }
  bool done() const { return task_ && task_.done(); }
  // Of a task that is done.
  decltype(auto) result() {
    if constexpr (!std::is_void_v<T>) return (*task_.promise().result);
  }

  // co_await on a temporary, or on std::move(task).
  auto operator co_await() && noexcept {
    struct Awaiter {
      bool await_ready() const noexcept { return task.done(); }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept {
        task.promise().continuation = waiting;
        return task;
      }
      T await_resume() const {
        if constexpr (!std::is_void_v<T>) return std::move(*task.promise().result);
      }
      std::coroutine_handle<promise_type> task;
    };
    return Awaiter{task_};
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> task) noexcept : task_(task) {}

  std::coroutine_handle<promise_type> task_{};
};

template <class T>
Task<T> task_detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> task_detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace wasmqtt
