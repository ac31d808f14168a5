// An authority of our own and what it signed, made with the openssl program when a test asks for the first time.
#pragma once

#include <string>

namespace test {

struct Certificates {
  std::string ca;            // what the client has to trust
  std::string other_ca;      // an authority that signed nothing
  std::string server, server_key;              // for localhost and 127.0.0.1
  std::string elsewhere, elsewhere_key;        // by the same authority, for elsewhere.example
  std::string expired, expired_key;            // by the same authority, for localhost, until yesterday
  std::string self_signed, self_signed_key;    // for localhost, by nobody
  std::string client, client_key;              // CN=tester
};

const Certificates& certificates();

}  // namespace test
