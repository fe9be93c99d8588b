#include "addon/forensics_result.h"

#include <string>

#include "addon/object_builder.h"
#include "forensics/jpeg_tables.h"

namespace aidet::addon {
namespace {

const char* NameOf(forensics::JpegApp app) {
  static const char* const kNames[] = {"",      "jfif",      "jfxx",  "exif", "xmp",   "icc",
                                       "adobe", "photoshop", "ducky", "mpf",  "jumbf", "unknown"};
  return kNames[static_cast<int>(app)];
}

napi_value MakeGrid(napi_env env, const forensics::GridEstimate& grid) {
  ObjectBuilder b(env);
  b.Set("offset", static_cast<double>(grid.offset));
  b.Set("significance", grid.significance);
  return b.Finish();
}

napi_value MakeTable(napi_env env, const uint16_t* table, const uint8_t* base) {
  const forensics::QualityEstimate estimate = forensics::EstimateQuality(table, base);
  ObjectBuilder b(env);
  b.Set("steps", napi_uint16_array, table, 64);
  b.Set("quality", static_cast<double>(estimate.quality));
  b.Set("distance", estimate.distance);
  return b.Finish();
}

// "2x2,1x1,1x1": horizontal and vertical factor of each component.
std::string SamplingOf(const forensics::JpegStructure& jpeg) {
  std::string text;
  for (int i = 0; i < jpeg.components; i++) {
    if (i > 0) text += ",";
    text += std::to_string(jpeg.component[i].horizontal) + "x" +
            std::to_string(jpeg.component[i].vertical);
  }
  return text;
}

std::string SegmentsOf(const forensics::JpegStructure& jpeg) {
  std::string text;
  for (int i = 0; i < jpeg.segments && i < forensics::kJpegSegmentsMax; i++) {
    if (jpeg.segment[i].app == forensics::JpegApp::kNone) continue;
    if (!text.empty()) text += ",";
    text += NameOf(jpeg.segment[i].app);
  }
  return text;
}

napi_value MakeJpeg(napi_env env, const forensics::JpegStructure& jpeg) {
  ObjectBuilder b(env);
  b.Set("progressive", jpeg.progressive);
  b.Set("arithmetic", jpeg.arithmetic);
  b.Set("optimisedHuffman", jpeg.optimised_huffman);
  b.Set("restartInterval", static_cast<double>(jpeg.restart_interval));
  b.Set("scans", static_cast<double>(jpeg.scans));
  b.Set("trailingBytes", static_cast<double>(jpeg.trailing_bytes));
  b.Set("comment", std::string(reinterpret_cast<const char*>(jpeg.comment),
                               static_cast<size_t>(jpeg.comment_bytes)));
  b.Set("sampling", SamplingOf(jpeg));
  b.Set("segments", SegmentsOf(jpeg));
  const char* const names[2] = {"luma", "chroma"};
  for (int c = 0; c < 2; c++) {
    const int index = c < jpeg.components ? jpeg.component[c].table : -1;
    if (index >= 0 && jpeg.has_table[index]) {
      b.Set(names[c], MakeTable(env, jpeg.table[index],
                                c == 0 ? forensics::kLumaTable : forensics::kChromaTable));
    } else {
      b.SetNull(names[c]);
    }
  }
  return b.Finish();
}

}  // namespace

napi_value MakeForensicsResult(napi_env env, const forensics::Measurements& m) {
  ObjectBuilder b(env);
  const auto array = [&](const char* name, napi_typedarray_type type, const auto& values) {
    b.Set(name, type, values.data(), values.size());
  };
  b.Set("target", std::string(m.target));
  b.Set("subsampling",
        std::string(m.subsampling == forensics::Subsampling::k444 ? "4:4:4" : "4:2:0"));
  array("elaSums", napi_uint32_array, m.ela_sums);
  array("elaMap", napi_uint16_array, m.ela_map);
  b.Set("mapWidth", static_cast<double>(m.map_width));
  b.Set("mapHeight", static_cast<double>(m.map_height));
  array("noiseDeviation", napi_float32_array, m.noise_deviation);
  array("greyMean", napi_float32_array, m.grey_mean);
  b.Set("residualSums", napi_float64_array, m.residual_sums, 3);
  array("power", napi_float32_array, m.power);
  array("radial", napi_float32_array, m.radial);
  b.Set("spectrumBlocks", static_cast<double>(m.spectrum_blocks));
  array("columnDifferences", napi_uint32_array, m.column_differences);
  array("rowDifferences", napi_uint32_array, m.row_differences);
  array("gridCells", napi_float32_array, m.grid_cells);
  b.Set("gridX", MakeGrid(env, m.grid_x));
  b.Set("gridY", MakeGrid(env, m.grid_y));
  b.Set("ghostX", static_cast<double>(m.ghost_x));
  b.Set("ghostY", static_cast<double>(m.ghost_y));
  array("ghostEnergy", napi_float32_array, m.ghost_energy);
  array("ghostCurve", napi_float64_array, m.ghost_curve);
  array("histograms", napi_uint32_array, m.histograms);
  if (m.jpeg.is_jpeg) {
    b.Set("jpeg", MakeJpeg(env, m.jpeg));
  } else {
    b.SetNull("jpeg");
  }
  return b.Finish();
}

}  // namespace aidet::addon
