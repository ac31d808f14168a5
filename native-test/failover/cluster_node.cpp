#include "cluster_node.hpp"

namespace failover {

ClusterNode::ClusterNode(std::string name, std::string folder, std::string url, wasmqtt::ClientOptions client)
    : name_(std::move(name)), folder_(std::move(folder)), url_(std::move(url)), client_(std::move(client)) {}

void ClusterNode::start() {
  process_ = std::make_unique<test::Process>(std::vector<std::string>{folder_ + "/start"}, log());
}

void ClusterNode::signal(int number) const {
  if (process_ != nullptr) process_->signal(number);
}

void ClusterNode::begin_to_ask(boost::asio::io_context& context) {
  wasmqtt::load::FleetOptions options{.urls = {url_}, .connections = 1, .client_id = "asks-" + name_, .client = client_};
  options.driver.backoff = {.first = std::chrono::milliseconds{500}, .longest = std::chrono::milliseconds{500}, .jitter = false};
  options.driver.open_timeout = options.client.connack_timeout = std::chrono::seconds{5};
  options.driver.retry_refusal = [](wasmqtt::ConnectReturnCode) { return true; };  // users come with the cluster
  asking_ = std::make_unique<wasmqtt::load::Fleet>(context, std::move(options));
  asking_->connect();
}

void ClusterNode::end_asking() { asking_.reset(); }

}  // namespace failover
