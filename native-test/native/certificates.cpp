#include "certificates.hpp"

#include "world.hpp"

namespace test {

namespace {

class Authority {
 public:
  Authority(const TemporaryDirectory& directory, const std::string& name)
      : directory_(directory), certificate_(directory / (name + ".crt")), key_(directory / (name + ".key")) {
    run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-days", "2", "-subj", "/CN=" + name, "-keyout", key_, "-out", certificate_});
  }

  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

  void sign(const std::string& name, const std::string& alternative_names, std::string& certificate,
            std::string& key, int days = 2) const {
    certificate = directory_ / (name + ".crt");
    key = directory_ / (name + ".key");
    std::string request = directory_ / (name + ".csr");
    std::string extensions = directory_ / (name + ".ext");
    run_program({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                 "/CN=" + name, "-keyout", key, "-out", request});
    write_file(extensions, alternative_names.empty() ? "basicConstraints=CA:FALSE\n"
                                                     : "subjectAltName=" + alternative_names + "\n");
    run_program({"openssl", "x509", "-req", "-in", request, "-CA", certificate_, "-CAkey", key_, "-CAcreateserial",
                 "-days", std::to_string(days), "-extfile", extensions, "-out", certificate});
  }

 private:
  const TemporaryDirectory& directory_;
  std::string certificate_;
  std::string key_;
};

Certificates make_certificates() {
  static TemporaryDirectory directory;
  Authority authority(directory, "authority");
  Certificates made;
  made.ca = authority.certificate();
  made.other_ca = Authority(directory, "other").certificate();
  authority.sign("localhost", "DNS:localhost,IP:127.0.0.1", made.server, made.server_key);
  authority.sign("elsewhere", "DNS:elsewhere.example", made.elsewhere, made.elsewhere_key);
  authority.sign("expired", "DNS:localhost", made.expired, made.expired_key, -1);
  const Authority nobody(directory, "nobody");
  made.self_signed = nobody.certificate();
  made.self_signed_key = nobody.key();
  authority.sign("tester", "", made.client, made.client_key);
  return made;
}

}  // namespace

const Certificates& certificates() {
  static const Certificates made = make_certificates();
  return made;
}

}  // namespace test
