// libFuzzer target of the marker parser: `-fsanitize=fuzzer` where clang is. Elsewhere the file has
// a main of its own that damages small JPEGs at random, with a seed that is printed:
// `fuzz_jpeg_markers [ROUNDS [SEED]]`.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "../../forensics/jpeg_history/markers.h"
#include "jpeg_bytes.h"

using namespace aidet::forensics;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  JpegStructure s;
  const bool is_jpeg = ReadJpegStructure(data, bytes, &s);
  const bool sound = is_jpeg == s.is_jpeg && s.components >= 0 &&
                     s.components <= kJpegComponentsMax && s.comment_bytes >= 0 &&
                     s.comment_bytes <= kJpegCommentBytesMax && s.trailing_bytes <= bytes;
  if (!sound) std::abort();
  for (int i = 0; i < s.segments && i < kJpegSegmentsMax; i++) {
    if (s.segment[i].offset + s.segment[i].bytes + 4 > bytes) std::abort();
  }
  for (int i = 0; i < s.components; i++) {
    if (s.component[i].table >= kJpegTablesMax) std::abort();
  }
  return 0;
}

#if !defined(AIDET_LIBFUZZER)
int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 100000;
  const auto seed = static_cast<uint32_t>(argc > 2 ? std::atol(argv[2]) : std::random_device{}());
  std::printf("JPEG markers, %ld damaged files, seed %u\n", rounds, seed);
  std::fflush(stdout);
  std::mt19937 random(seed);
  for (long i = 0; i < rounds; i++) {
    test::Bytes file = test::MakeJpeg(static_cast<int>(1 + random() % 100), (random() & 1) != 0,
                                      static_cast<int>(random() % 4));
    const uint32_t hits = 1 + random() % 12;
    for (uint32_t h = 0; h < hits && !file.empty(); h++) {
      const size_t at = random() % file.size();
      switch (random() % 4) {
        case 0:
          file[at] = static_cast<uint8_t>(random());
          break;
        case 1:
          file[at] = static_cast<uint8_t>(0xff);
          break;
        case 2:
          file.resize(at);
          break;
        default:
          file.insert(file.begin() + static_cast<ptrdiff_t>(at), file.begin(),
                      file.begin() + static_cast<ptrdiff_t>(random() % (at + 1)));
      }
    }
    // Exactly as long as the file, for the sanitizer.
    const test::Bytes copy(file);
    LLVMFuzzerTestOneInput(copy.data(), copy.size());
  }
  return 0;
}
#endif
