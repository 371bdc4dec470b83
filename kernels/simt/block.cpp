#include "kernels/simt/block.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>

#include "kernels/support/error.h"

namespace tutti::simt {
namespace {

constexpr std::size_t most_static_bytes = 48 << 10;
constexpr std::int64_t most_threads = 1024;

thread_local Block* running = nullptr;

std::vector<std::unique_ptr<Fiber>>& fibers_of_this_host_thread(std::size_t count) {
  thread_local std::vector<std::unique_ptr<Fiber>> fibers;
  while (fibers.size() < count) fibers.push_back(std::make_unique<Fiber>());
  return fibers;
}

std::string text(const Dim3& index) {
  std::ostringstream out;
  out << '(' << index.x << ", " << index.y << ", " << index.z << ')';
  return out.str();
}

bool same(const Place& a, const Place& b) {
  return a.line() == b.line() && a.column() == b.column() &&
         std::string_view(a.file_name()) == b.file_name();
}

}  // namespace

Block& running_block() {
  if (!running) throw Error("simt: no kernel is running");
  return *running;
}

std::string text(const Place& place) {
  const std::string path = place.file_name();
  return path.substr(path.rfind("kernels/") == std::string::npos ? 0 : path.rfind("kernels/")) +
         ':' + std::to_string(place.line());
}

std::vector<unsigned> turns(std::size_t count, const Settings& settings) {
  std::vector<unsigned> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (settings.order == Order::descending) std::reverse(order.begin(), order.end());
  if (settings.order == Order::shuffled)
    std::shuffle(order.begin(), order.end(), std::mt19937_64(settings.seed));
  return order;
}

Block::Block(const Launch& launch, Dim3 index, const Settings& settings,
             const std::function<void()>& body)
    : launch_(launch),
      index_(index),
      watched_(settings.check_shared),
      threads_(static_cast<std::size_t>(launch.block.count())),
      warps_((threads_.size() + warp_size - 1) / warp_size),
      fibers_(fibers_of_this_host_thread(threads_.size())) {
  if (launch.block.count() > most_threads || launch.dynamic_shared_bytes > most_shared_bytes)
    throw Error("simt: kernel ", launch.kernel, ": ", launch.block.count(), " threads and ",
                launch.dynamic_shared_bytes, " bytes of dynamic shared memory a block; at most ",
                most_threads, " and ", most_shared_bytes);
  Settings mine = settings;
  mine.seed = settings.seed * 1000003 + index.x + 1009 * index.y + 100003 * index.z;
  order_ = turns(threads_.size(), mine);
  const Dim3& size = launch.block;
  for (unsigned n = 0; n < threads_.size(); ++n) {
    threads_[n].index = {n % size.x, n / size.x % size.y, n / size.x / size.y};
    fibers_[n]->start([this, &body] { enter(body); });
  }
}

void Block::run() {
  Block* const outer = std::exchange(running, this);
  while (ended_ < threads_.size()) {
    bool moved = false;
    for (const unsigned n : order_) {
      if (threads_[n].state != State::ready) continue;
      moved = true;
      running_ = n;
      fibers_[n]->resume();
      if (failure_) break;
    }
    if (!moved) try {
        report_deadlock();
      } catch (...) {
        failure_ = std::current_exception();
      }
    if (failure_) cancel();
  }
  running = outer;
  if (failure_) std::rethrow_exception(failure_);
}

void Block::enter(const std::function<void()>& body) {
  try {
    if (!canceled_) body();
    if (!canceled_) leave();
  } catch (const Canceled&) {
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
  }
  threads_[running_].state = State::ended;
  ++ended_;
}

void Block::leave() {
  if (at_barrier_ > 0)
    fail("has left; others wait for it at the barrier at " + text(barrier_place_));
  if (const auto* meeting = warps_[running_ / warp_size].waiting_for(running_ % warp_size))
    fail(std::string("has left; other lanes wait for it at ") + meeting->what + " at " +
         text(meeting->place));
}

void Block::let_others_run() {
  fibers_[running_]->suspend();
  if (canceled_) throw Canceled();
}

void Block::wait(State state, const char* what, const Place& place) {
  Thread& thread = threads_[running_];
  thread.state = state;
  thread.waits_at = what;
  thread.place = place;
  let_others_run();
}

void Block::cancel() {
  canceled_ = true;
  for (unsigned n = 0; n < threads_.size(); ++n)
    while (threads_[n].state != State::ended) {
      running_ = n;
      fibers_[n]->resume();
    }
}

void Block::barrier(const Place& place) {
  if (ended_ > 0)
    fail("divergent barrier: it waits at " + text(place) + ", and other threads have left");
  if (at_barrier_ > 0 && !same(place, barrier_place_))
    fail("divergent barrier: it waits at " + text(place) + ", others at " + text(barrier_place_));
  barrier_place_ = place;
  if (++at_barrier_ < threads_.size()) return wait(State::at_barrier, "the barrier", place);
  at_barrier_ = 0;
  ++time_;
  for (Thread& thread : threads_) thread.state = State::ready;
  let_others_run();  // so that threads go on in their order
}

const std::uint64_t* Block::rendezvous(unsigned mask, std::uint64_t word, const char* what,
                                       const Place& place,
                                       const std::function<void(const std::uint64_t*)>& all_here) {
  const unsigned lane = running_ % warp_size, first = running_ - lane;
  if (!(mask >> lane & 1)) fail(std::string(what) + " at " + text(place) + ": not in its own mask");
  for (unsigned k = 0; k < warp_size; ++k)
    if ((mask >> k & 1) &&
        (first + k >= threads_.size() || threads_[first + k].state == State::ended))
      fail(std::string(what) + " at " + text(place) + ": lane " + std::to_string(k) +
           " of its mask has left or does not exist");
  Rendezvous& meeting = warps_[running_ / warp_size].meeting(mask);
  if (meeting.arrived && (!same(meeting.place, place) || meeting.what != std::string_view(what)))
    fail(std::string("divergent warp: it is at ") + what + " at " + text(place) + ", others at " +
         meeting.what + " at " + text(meeting.place));
  meeting.what = what;
  meeting.place = place;
  meeting.words[lane] = word;
  meeting.arrived |= 1u << lane;
  if (!meeting.complete()) {
    wait(State::at_rendezvous, what, place);
  } else {
    if (all_here) all_here(meeting.words.data());
    for (unsigned k = 0; k < warp_size; ++k)
      if (mask >> k & 1) threads_[first + k].state = State::ready;
  }
  meeting.to_leave &= ~(1u << lane);
  return meeting.words.data();
}

void Block::warp_barrier(unsigned mask, const Place& place) {
  rendezvous(mask, 0, "__syncwarp", place, [this, mask](const std::uint64_t*) {
    const unsigned warp = running_ / warp_size;
    if (mask == lanes_alive(warp)) ++warps_[warp].time;
  });
}

unsigned Block::lanes_alive(unsigned warp) const {
  unsigned mask = 0;
  for (unsigned k = 0; k < warp_size && warp * warp_size + k < threads_.size(); ++k)
    if (threads_[warp * warp_size + k].state != State::ended) mask |= 1u << k;
  return mask;
}

SharedArea& Block::static_shared(std::size_t bytes, std::size_t element_bytes,
                                 const Place& declared) {
  const auto [place, is_new] = static_areas_.try_emplace(
      {declared.file_name(), declared.line(), declared.column(), declared.function_name()}, bytes,
      element_bytes, declared, watched_);
  if (is_new && (static_bytes_ += bytes) > most_static_bytes)
    fail("more than " + std::to_string(most_static_bytes) + " bytes of static shared memory");
  if (static_bytes_ + launch_.dynamic_shared_bytes > most_shared_bytes)
    fail("more than " + std::to_string(most_shared_bytes) + " bytes of shared memory");
  return place->second;
}

SharedArea& Block::dynamic_shared(std::size_t element_bytes, const Place& declared) {
  if (!dynamic_area_)
    dynamic_area_ = std::make_unique<SharedArea>(launch_.dynamic_shared_bytes, element_bytes,
                                                 declared, watched_);
  return *dynamic_area_;
}

std::string Block::name_of(unsigned thread) const { return text(threads_[thread].index); }

std::string Block::header(unsigned thread) const {
  return "simt: kernel " + launch_.kernel + ", block " + text(index_) + ", thread " +
         name_of(thread) + ": ";
}

void Block::fail(const std::string& what) const { throw Error(header(running_), what); }

void Block::report_deadlock() {
  std::ostringstream what;
  what << "simt: kernel " << launch_.kernel << ", block " << text(index_) << ": deadlock";
  const Thread* last = nullptr;
  for (unsigned n = 0; n < threads_.size(); ++n) {  // one thread of each place
    const Thread& thread = threads_[n];
    if (thread.state == State::ended) continue;
    if (!last || !same(last->place, thread.place))
      what << "; thread " << name_of(n) << " waits at " << thread.waits_at << " at "
           << text(thread.place);
    last = &thread;
  }
  throw Error(what.str());
}

}  // namespace tutti::simt
