#pragma once
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/simt/fiber.h"
#include "kernels/simt/machine.h"
#include "kernels/simt/shared_memory.h"
#include "kernels/simt/warp.h"

namespace tutti::simt {

/// One block of threads, run to its end on one thread of the host.
class Block {
 public:
  Block(const Launch& launch, Dim3 index, const Settings& settings,
        const std::function<void()>& body);

  void run();

  // Of the thread that runs now.
  unsigned thread() const { return running_; }
  const Dim3& thread_index() const { return threads_[running_].index; }
  std::uint32_t time() const { return time_; }  // barriers that the block has passed
  std::uint32_t warp_time() const { return warps_[running_ / warp_size].time; }

  const Dim3& index() const { return index_; }
  const Launch& launch() const { return launch_; }
  std::string name_of(unsigned thread) const;  // (x, y, z)

  void barrier(const Place& place);
  const std::uint64_t* rendezvous(unsigned mask, std::uint64_t word, const char* what,
                                  const Place& place,
                                  const std::function<void(const std::uint64_t*)>& all_here);
  void warp_barrier(unsigned mask, const Place& place);
  SharedArea& static_shared(std::size_t bytes, std::size_t element_bytes, const Place& declared);
  SharedArea& dynamic_shared(std::size_t element_bytes, const Place& declared);
  [[noreturn]] void fail(const std::string& what) const;

 private:
  enum class State { ready, at_barrier, at_rendezvous, ended };
  struct Thread {
    Dim3 index;
    State state = State::ready;
    const char* waits_at = "";
    Place place;
  };
  struct Canceled {};  // thrown in threads that wait when another has failed

  void enter(const std::function<void()>& body);
  void leave();
  void wait(State state, const char* what, const Place& place);
  void let_others_run();
  void cancel();
  [[noreturn]] void report_deadlock();
  unsigned lanes_alive(unsigned warp) const;  // a mask
  std::string header(unsigned thread) const;

  const Launch& launch_;
  Dim3 index_;
  bool watched_;
  std::vector<unsigned> order_;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<std::unique_ptr<Fiber>>& fibers_;  // kept by the host's thread for the next block
  unsigned running_ = 0, ended_ = 0, at_barrier_ = 0;
  Place barrier_place_;
  std::uint32_t time_ = 0;
  bool canceled_ = false;
  std::exception_ptr failure_;
  std::map<std::tuple<std::string_view, unsigned, unsigned, std::string_view>, SharedArea>
      static_areas_;  // by file, line, column and function of the declaration
  std::size_t static_bytes_ = 0;
  std::unique_ptr<SharedArea> dynamic_area_;
};

/// The block that runs on this thread of the host; an Error if there is none.
Block& running_block();

std::string text(const Place& place);                             // file:line
std::vector<unsigned> turns(std::size_t count, const Settings&);  // a permutation of 0 … count - 1

}  // namespace tutti::simt
