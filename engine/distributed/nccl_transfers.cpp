// Compiled into libtutti-nccl.so.
#include <nccl.h>

#include <cstring>

#include "engine/distributed/plugins.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

void expect(cudaError_t status) {
  if (status != cudaSuccess) throw Error("NCCL: ", cudaGetErrorString(status));
}
void expect(ncclResult_t status) {
  if (status != ncclSuccess) throw Error("NCCL: ", ncclGetErrorString(status));
}

class NcclTransfers : public Transfers {
 public:
  explicit NcclTransfers(World& world) {
    ncclUniqueId id{};
    if (world.root()) expect(ncclGetUniqueId(&id));
    const std::string bytes = world.broadcast({reinterpret_cast<const char*>(&id), sizeof id}, 0);
    std::memcpy(&id, bytes.data(), sizeof id);
    expect(ncclCommInitRank(&all_, world.size(), id, world.rank()));
    expect(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
  }
  ~NcclTransfers() override {
    ncclCommDestroy(all_);
    cudaStreamDestroy(stream_);
  }

  void transfer(const std::vector<Outgoing>& out, const std::vector<Incoming>& in) override {
    expect(cudaDeviceSynchronize());  // what is sent has been computed
    expect(ncclGroupStart());
    for (const auto& [to, values, count] : out)
      expect(ncclSend(values, static_cast<std::size_t>(count), ncclFloat, to, all_, stream_));
    for (const auto& [from, values, count] : in)
      expect(ncclRecv(values, static_cast<std::size_t>(count), ncclFloat, from, all_, stream_));
    expect(ncclGroupEnd());
    expect(cudaStreamSynchronize(stream_));
  }

 private:
  ncclComm_t all_{};
  cudaStream_t stream_{};
};

}  // namespace
}  // namespace tutti

extern "C" __attribute__((visibility("default"))) tutti::Transfers* tutti_join_nccl(
    tutti::World& world) {
  return new tutti::NcclTransfers(world);
}
