#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/file.hpp"

namespace liftlock::file {

namespace {

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const char* bytes, std::size_t count) { EVP_DigestUpdate(context_.get(), bytes, count); }
  [[nodiscard]] std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hexadecimal();
}

Result<std::string> sha256(const std::filesystem::path& path) {
  const std::string doing = fmt::format("Reading {}", path.string());
  const int input = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (input < 0) return failure("file-error", doing, std::strerror(errno));
  Sha256 digest;
  std::vector<char> buffer(1U << 20U);
  while (true) {
    const ssize_t got = ::read(input, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int code = errno;
      ::close(input);
      return failure("file-error", doing, std::strerror(code));
    }
    if (got == 0) break;
    digest.add(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(input);
  return digest.hexadecimal();
}

}  // namespace liftlock::file
