#include "engine/ops/gather.h"

namespace tutti {

Shape batch_shape(const Batch& batch) {
  if (batch.data.shape().empty() || batch.rows.shape().size() != 2)
    throw Error("gather: data is ", batch.data.shape(), ", rows ", batch.rows.shape(),
                "; rows must be [members, batch]");
  Shape shape{batch.rows.dim(0), batch.rows.dim(1)};
  shape.insert(shape.end(), batch.data.shape().begin() + 1, batch.data.shape().end());
  return shape;
}

Variable gather(const Batch& batch, DType type) {
  Tensor x = Tensor::empty(batch_shape(batch), type, batch.data.device());
  const std::int64_t count = batch.rows.size(), size = count ? x.size() / count : 0;
  with_real(x, [&]<class Real>() {
    auto& backend = kernels::backend<Real>(x.device());
    if (batch.data.dtype() == DType::uint8)
      backend.gather(count, size, gathered_bytes<Real>(batch), x);
    else
      backend.gather(count, size, batch.data.data<Real>(), batch.rows, x);
  });
  return Variable(x);
}

}  // namespace tutti
