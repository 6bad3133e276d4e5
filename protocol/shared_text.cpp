#include "protocol/shared_text.hpp"

#include <cstring>
#include <new>

namespace actorgate::protocol {

boost::intrusive_ptr<const shared_text::block> shared_text::make(std::string_view text) {
  if (text.empty()) return nullptr;
  auto* b = ::new (::operator new(sizeof(block) + text.size()))
      block{.size = static_cast<std::uint32_t>(text.size())};
  std::memcpy(reinterpret_cast<char*>(b + 1), text.data(), text.size());
  return b;
}

void shared_text::release(const block* b) noexcept {
  if (b->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  b->~block();
  ::operator delete(const_cast<block*>(b));
}

}  // namespace actorgate::protocol
