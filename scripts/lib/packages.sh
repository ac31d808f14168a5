# shellcheck shell=bash
# What has to be installed, and why. Source after progress.sh.
#
#   need_page; need_native; need_native_tests; need_services; need_brokers; need_cluster KIND; need_other_brokers;
#   need_service_tests; need_browser; need_other_browsers;
#   need_screen_reader               say what the next steps use
#   install_missing "$assume_yes"    installs what of it is absent, or ends the script
#
# A need is met by any program or header of the right name, not only by the distribution's package:
# an emsdk's emcc or another Node.js is used as it is.

packages_missing=()
packages_reasons=()

# need PROBE PACKAGE REASON: PROBE is a program's name, or a path (pattern) that has to exist.
need() {
  local probe=$1 package=$2 reason=$3
  case $probe in
    /*) compgen -G "$probe" >/dev/null && return 0 ;;
    *) PATH=$PATH:/usr/sbin:/sbin command -v "$probe" >/dev/null && return 0 ;;
  esac
  case " ${packages_missing[*]} " in *" $package "*) return 0 ;; esac
  packages_missing+=("$package")
  packages_reasons+=("$reason")
}

need_build() {
  need cmake cmake "configures the build"
  need ninja ninja-build "builds"
  need g++ g++ "compiles the native programs and tests"
  need ccache ccache "makes every further build a matter of seconds"
  need xz xz-utils "unpacks Dear ImGui's sources"
  # Debian's archive has a source package of the version that is wanted; elsewhere git fetches it.
  [[ -f /usr/share/keyrings/debian-archive-keyring.gpg ]] || need git git "fetches Dear ImGui's sources"
  need /usr/include/nlohmann/json.hpp nlohmann-json3-dev "JSON of the chat messages"
  need /usr/include/doctest/doctest.h doctest-dev "a header of the unit tests, which the build looks for when it is configured"
  need /etc/ssl/certs/ca-certificates.crt ca-certificates "downloads over HTTPS can be trusted"
}

need_native() {
  need_build
  need /usr/include/boost/beast.hpp libboost-dev "TCP and WebSocket of the native programs (Boost.Asio, Boost.Beast)"
  need /usr/include/openssl/ssl.h libssl-dev "TLS of the native programs"
}

need_native_tests() {
  need_native
  need tshark tshark "decodes the captures that the page writes, in a test"
  need /usr/share/unicode/BidiCharacterTest.txt unicode-data "Unicode's own test of bidirectional text"
  need spin spin "proves properties of a model of the session, in a test"
}

need_services() {
  need /usr/include/SQLiteCpp/SQLiteCpp.h libsqlitecpp-dev "the database of rights, in a file"
  need '/usr/lib/*/libsqlite3.so' libsqlite3-dev "what that stands on"
  need /usr/include/pqxx/pqxx libpqxx-dev "the same database in PostgreSQL"
  need /usr/include/unicode/brkiter.h libicu-dev "words of any script, in messages that are checked"
  need '/usr/lib/*/mosquitto_dynamic_security.so' mosquitto "rights that change while the broker runs"
}

need_service_tests() {
  need sqlite3 sqlite3 "changes the database of rights in the tests"
  need '/usr/lib/postgresql/*/bin/postgres' postgresql "the other database of rights"
}

need_clang() {
  local codename
  codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
  need clang++ clang "compiles the fuzz targets, and what runs under the sanitizers"
  # In Ubuntu 22.04 it comes with Clang itself.
  [[ $codename == jammy ]] ||
    need '/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.fuzzer*.a' libclang-rt-dev "libFuzzer and the sanitizers of Clang"
}

need_page() {
  need_build
  need emcc emscripten "compiles the page to WebAssembly"
  need terser terser "makes the page's JavaScript a quarter smaller"
  need node nodejs "serves the page"
}

need_brokers() {
  need mosquitto mosquitto "the MQTT brokers that the page and the tests talk to"
  need mosquitto_pub mosquitto-clients "another MQTT client, to send and watch messages from the command line"
}

# Of scripts/lib/cluster.sh.
need_cluster() {
  need epmd erlang-base "lets the nodes find each other"
  need node nodejs "writes users and rights"
  case $1 in
    rabbitmq) need rabbitmq-server rabbitmq-server "the broker of the cluster" ;;
    ejabberd) need ejabberdctl ejabberd "the broker of the cluster" ;;
  esac
}

need_other_brokers() {
  need rabbitmq-server rabbitmq-server "another MQTT broker that the client is tested against"
  need ejabberdctl ejabberd "one that speaks MQTT 5, too"
  need node nodejs "runs Aedes, a fourth one"
  need npm npm "fetches Aedes"
}

need_browser() {
  need npm npm "fetches the browser test driver"
  need nginx nginx-light "serves the page with TLS in one of the tests"
  need '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so' libnginx-mod-http-brotli-static "lets it send Brotli"
  need openssl openssl "makes that test's certificate"
  need tshark tshark "decodes the captures that the page writes, in a test"
  need certutil libnss3-tools "puts certificates into the browser's store, in a test"
  browser_program >/dev/null || need chromium chromium "the browser of the browser tests"
  need '/usr/share/fonts/*/noto/NotoSans-Regular.ttf' fonts-noto-core "letters of many scripts in the pictures"
  need '/usr/share/fonts/*/noto/NotoSansCJK-Regular.ttc' fonts-noto-cjk "Chinese, Japanese, Korean in the pictures"
  need '/usr/share/fonts/*/noto/NotoColorEmoji.ttf' fonts-noto-color-emoji "emoji in the pictures"
}

# Where the distribution has no Firefox as a package (Ubuntu's is a snap), the tests run without it unless WASMQTT_FIREFOX names one.
need_other_browsers() {
  need xvfb-run xvfb "a screen without a monitor, for browsers that draw WebGL only into a window"
  [[ $(. /etc/os-release 2>/dev/null && echo "${ID:-}") == ubuntu ]] ||
    need "${WASMQTT_FIREFOX:-firefox-esr}" firefox-esr "the second browser of the browser tests"
  need "${WASMQTT_WEBKITDRIVER:-WebKitWebDriver}" webkit2gtk-driver "the third one: WebKit, and its driver"
  need /usr/lib/python3/dist-packages/pyatspi/__init__.py python3-pyatspi "reads what a screen reader gets of the page"
  need /usr/libexec/at-spi-bus-launcher at-spi2-core "passes it on"
  need dbus-daemon dbus-daemon "is the bus of that"
}

need_screen_reader() {
  need orca orca "a screen reader, whose words are compared with what should be said"
}

# Whether the browser tests can run in ENGINE: chromium, firefox or webkit.
has_engine() {
  case $1 in
    chromium) browser_program >/dev/null ;;
    firefox) command -v "${WASMQTT_FIREFOX:-firefox-esr}" >/dev/null ;;
    webkit) command -v "${WASMQTT_WEBKITDRIVER:-WebKitWebDriver}" >/dev/null ;;
  esac
}

# The path of a Chromium, the one in WASMQTT_CHROMIUM first.
browser_program() {
  local name
  for name in ${WASMQTT_CHROMIUM:-} chromium google-chrome google-chrome-stable chrome; do
    command -v "$name" && return 0
  done
  return 1
}

install_missing() {
  local assume_yes=$1 as_root=() i
  [[ ${#packages_missing[@]} -gt 0 ]] || return 0
  step "To be installed (${#packages_missing[@]} packages):"
  for i in "${!packages_missing[@]}"; do
    printf '        %-24s %s\n' "${packages_missing[i]}" "${packages_reasons[i]}"
  done
  local command="apt-get install --no-install-recommends ${packages_missing[*]}"
  command -v apt-get >/dev/null ||
    die "This is no Debian or Ubuntu system (no apt-get). Please install what is listed above, then start again."
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null ||
      die "Not root, and there is no sudo. As root, please run:" $'\n' "  apt-get update && $command"
    as_root=(sudo)
  fi
  packages_consent "$assume_yes" "$command"
  packages_install "${as_root[@]}"
  packages_missing=() packages_reasons=()
  packages_are_new=yes
}

packages_consent() {
  local assume_yes=$1 command=$2 answer
  [[ $assume_yes != yes ]] || return 0
  [[ -t 0 ]] || die "Nobody is here to ask. Start with --yes to install, or run as root:" $'\n' "  $command"
  read -r -p "        Install with apt-get? [Y/n] " answer
  case $answer in
    '' | y | Y | yes) ;;
    *) die "Nothing was installed. Later: $command" ;;
  esac
}

# Installs packages_missing; the arguments are the prefix that makes a command root's.
packages_install() {
  local log=$root/build/logs/packages.log services=()
  case " ${packages_missing[*]} " in *" mosquitto "*) services+=(mosquitto) ;; esac
  case " ${packages_missing[*]} " in *" nginx-light "*) services+=(nginx) ;; esac
  case " ${packages_missing[*]} " in *" rabbitmq-server "*) services+=(rabbitmq-server) ;; esac
  case " ${packages_missing[*]} " in *" ejabberd "*) services+=(ejabberd) ;; esac
  case " ${packages_missing[*]} " in *" postgresql "*) services+=(postgresql) ;; esac
  case " ${packages_missing[*]} " in
    *" rabbitmq-server "* | *" ejabberd "*)
      # Erlang's port mapper comes with them; who had it before may need it.
      command -v epmd >/dev/null || services+=(epmd.socket epmd)
      ;;
  esac
  (
    [[ ${#services[@]} -eq 0 ]] || packages_start_no_services "$@"
    note "reading the package lists"
    quietly "$log" "$@" env DEBIAN_FRONTEND=noninteractive apt-get update
    note "downloading and installing"
    quietly "$log" "$@" env DEBIAN_FRONTEND=noninteractive \
      apt-get install --yes --no-install-recommends "${packages_missing[@]}"
  ) || die "apt-get could not install the packages; its output is above and in $log"
  if [[ ${#services[@]} -gt 0 && -d /run/systemd/system ]]; then
    note "These services stay off, for wasmqtt starts its brokers itself: ${services[*]}"
    "$@" systemctl disable --now "${services[@]}" >>"$log" 2>&1 || warn "could not disable them, see $log"
  fi
}

# For the rest of this subshell. The packages would start services of their own: Mosquitto on port 1883, which is where
# ours has to listen; RabbitMQ on 5672, Erlang's port mapper on 4369, nginx on 80.
packages_start_no_services() {
  local policy=/usr/sbin/policy-rc.d
  [[ ! -e $policy ]] || return 0
  # shellcheck disable=SC2064 # the prefix and the path of now
  trap "$* rm -f $policy" EXIT
  printf '#!/bin/sh\n# Put here by wasmqtt while it installs packages.\nexit 101\n' | "$@" tee "$policy" >/dev/null
  "$@" chmod 755 "$policy"
}
