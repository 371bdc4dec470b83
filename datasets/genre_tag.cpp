#include "datasets/genre_tag.h"

#include <taglib/fileref.h>
#include <taglib/tag.h>
#include <unistd.h>

#include "kernels/support/error.h"
#include "kernels/support/files.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

TagLib::FileRef opened(const fs::path& song) {
  TagLib::FileRef file(song.c_str(), false);  // what it sounds like is not asked for
  if (file.isNull() || !file.tag()) throw Error("holds no tags that are known");
  return file;
}

std::string genre_of(const TagLib::FileRef& file) { return file.tag()->genre().to8Bit(true); }

void copy_with_genre(const fs::path& song, const fs::path& copy, const std::string& genre) {
  fs::copy_file(song, copy, fs::copy_options::overwrite_existing);
  fs::permissions(copy, fs::status(song).permissions());
  {
    TagLib::FileRef file = opened(copy);
    file.tag()->setGenre(TagLib::String(genre, TagLib::String::UTF8));
    if (!file.save()) throw Error("its tags cannot be written");
  }
  if (genre_of(opened(copy)) != genre) throw Error("its tags do not hold '", genre, "'");
}

}  // namespace

std::string read_genre_tag(const fs::path& song) { return genre_of(opened(song)); }

void write_genre_tag(const fs::path& song, const std::string& genre) {
  if (::access(song.c_str(), W_OK) != 0) throw Error("is read-only: its tags cannot be written");
  write_atomically(song, [&](const fs::path& copy) { copy_with_genre(song, copy, genre); });
}

}  // namespace tutti
