// The table of one target; compiled once per target, as every *simd.cc is.
#include "targets.h"

namespace aidet::forensics::AIDET_TARGET {

#define AIDET_NAME_OF(target) #target
#define AIDET_NAME(target) AIDET_NAME_OF(target)

extern const ForensicsBackend kBackend;
const ForensicsBackend kBackend = {AIDET_NAME(AIDET_TARGET), Grey,  Ela, Spectrum, Noise,
                                   SecondDifferences,        Ghosts};

}  // namespace aidet::forensics::AIDET_TARGET
