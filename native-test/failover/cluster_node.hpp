// One node of a cluster, a process of ours: the program that scripts/lib/cluster.sh has written for it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "fleet.hpp"
#include "world.hpp"

namespace failover {

class ClusterNode {
 public:
  // `folder` has the program, `start`; its output goes to `folder`.log. `client`: who may connect, to see whether it serves.
  ClusterNode(std::string name, std::string folder, std::string url, wasmqtt::ClientOptions client);

  void start();
  void signal(int number) const;
  bool has_ended() { return process_ == nullptr || process_->has_ended(); }
  // Somebody tries to connect from now on; serves() says whether that was accepted.
  void begin_to_ask(boost::asio::io_context& context);
  bool serves() const { return asking_ != nullptr && asking_->connected() != 0; }
  void end_asking();

  const std::string& name() const { return name_; }
  const std::string& url() const { return url_; }
  std::string log() const { return folder_ + ".log"; }

 private:
  std::string name_;
  std::string folder_;
  std::string url_;
  wasmqtt::ClientOptions client_;
  std::unique_ptr<test::Process> process_;
  std::unique_ptr<wasmqtt::load::Fleet> asking_;
};

}  // namespace failover
