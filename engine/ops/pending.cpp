#include "engine/ops/pending.h"
namespace tutti {
Variable rescale(const Variable& x, double, double) { throw Error("pending"); return x; }
Variable concatenate(const std::vector<Variable>& p, std::int64_t) { throw Error("pending"); return p[0]; }
}
