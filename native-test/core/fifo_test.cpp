#include "wasmqtt/fifo.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace wasmqtt {

TEST_CASE("Fifo: first in, first out, however additions and takings are mixed") {
  Fifo<int> fifo;
  CHECK(fifo.empty());
  int in = 0;
  int out = 0;
  for (int round = 1; round <= 50; ++round) {
    for (int i = 0; i < round % 7; ++i) fifo.push(in++);
    for (int i = 0; i < round % 5 && !fifo.empty(); ++i) CHECK(fifo.take() == out++);
  }
  while (!fifo.empty()) CHECK(fifo.take() == out++);
  CHECK(out == in);
}

TEST_CASE("Fifo: what was taken does not pile up") {
  Fifo<std::shared_ptr<int>> fifo;
  const auto shared = std::make_shared<int>(1);
  fifo.push(shared);
  for (int i = 0; i < 1000; ++i) {
    fifo.push(shared);
    (void)fifo.take();
  }
  CHECK(shared.use_count() == 2);
}

TEST_CASE("Fifo: all at once, without what was taken before") {
  Fifo<int> fifo;
  for (int i = 0; i < 5; ++i) fifo.push(i);
  CHECK(fifo.take() == 0);
  CHECK(fifo.take_all() == std::vector<int>{1, 2, 3, 4});
  CHECK(fifo.empty());
  fifo.push(7);
  CHECK(fifo.take() == 7);
}

}  // namespace wasmqtt
