#pragma once
#include <string>
#include <vector>

/// Small good files of every kind that is read.
namespace tutti::fuzz {

std::vector<std::string> picture_seeds();  // PNG, JPEG, BMP
std::vector<std::string> sound_seeds();    // wav, au, flac, ogg, mp3
std::vector<std::string> table_seeds();
std::vector<std::string> npy_seeds();
std::vector<std::string> keras_seeds();  // .h5 and .keras of several versions
std::vector<std::string> run_seeds();
std::vector<std::string> split_seeds();
std::vector<std::string> checkpoint_seeds();
std::vector<std::string> study_seeds();
std::vector<std::string> groups_seeds();
std::vector<std::string> pack_seeds();

}  // namespace tutti::fuzz
