# shellcheck shell=bash
# An authority for trying things out, and what it signs. Source after progress.sh.
#
#   make_certificates DIR peter hannes ...    DIR/authority.crt, server.crt, NAME.crt, NAME.key and NAME.p12 for each name;
#                                             revoked.* and expired.*, of the first name, which the broker refuses;
#                                             DIR/revoked.crl. What is there already is kept.
#
# NAME.p12 is for a browser's store; its password is "test".

make_certificates() {
  local directory=$1 first=$2 name log=$root/build/logs/certificates.log
  shift
  mkdir -p "$directory"
  directory=$(cd "$directory" && pwd)
  [[ ! -s $directory/revoked.crl ]] || return 0
  (
    umask 077
    write_authority "$directory"
    sign_certificate "$directory" server localhost 825 server
    for name in "$@"; do
      sign_certificate "$directory" "$name" "$name" 365 user
    done
    sign_certificate "$directory" expired "$first" -1 user
    sign_certificate "$directory" revoked "$first" 365 user
    quietly "$log" openssl ca -config "$directory/authority.conf" -revoke "$directory/revoked.crt"
    quietly "$log" openssl ca -config "$directory/authority.conf" -gencrl -crldays 365 -out "$directory/revoked.crl"
  )
}

write_authority() {
  local directory=$1
  : >"$directory/index"
  cat >"$directory/authority.conf" <<TEXT
[ca]
default_ca = authority
[authority]
database = $directory/index
unique_subject = no
rand_serial = yes
new_certs_dir = $directory
certificate = $directory/authority.crt
private_key = $directory/authority.key
default_md = sha256
default_days = 365
policy = any
copy_extensions = none
[any]
commonName = supplied
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
extendedKeyUsage = serverAuth
[user]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
TEXT
  quietly "$root/build/logs/certificates.log" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=MQTT Chat on this machine" -keyout "$directory/authority.key" -out "$directory/authority.crt"
}

# FILE NAME DAYS EXTENSIONS; with negative days it has run out already.
sign_certificate() {
  local directory=$1 file=$2 name=$3 days=$4 extensions=$5 log=$root/build/logs/certificates.log validity=()
  validity=(-days "$days")
  [[ $days -gt 0 ]] || validity=(-startdate 20200101000000Z -enddate 20210101000000Z)
  quietly "$log" openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
    -keyout "$directory/$file.key" -out "$directory/$file.csr"
  quietly "$log" openssl ca -batch -notext -config "$directory/authority.conf" -extensions "$extensions" "${validity[@]}" \
    -in "$directory/$file.csr" -out "$directory/$file.crt"
  rm "$directory/$file.csr"
  [[ $extensions == server ]] || quietly "$log" openssl pkcs12 -export -inkey "$directory/$file.key" -in "$directory/$file.crt" \
    -certfile "$directory/authority.crt" -name "$file" -passout pass:test -out "$directory/$file.p12"
}
