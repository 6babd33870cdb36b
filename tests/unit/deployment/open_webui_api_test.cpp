#include "deployment/open_webui_api.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/hash.hpp"

namespace liftlock::deployment {
namespace {

/// One answer for all.
class Same final : public http::Transport {
 public:
  explicit Same(http::Response response) : response_(std::move(response)) {}
  Result<http::Response> send(const http::Request& request) override {
    asked.push_back(request);
    return response_;
  }
  std::vector<http::Request> asked;

 private:
  http::Response response_;
};

TEST(SessionToken, IsAJwtThatOthersUnderstand) {
  const std::string token = session_token("s3cret", {"user-1", std::nullopt}, 1000);
  const std::size_t last = token.rfind('.');
  EXPECT_EQ(decode_base64(token.substr(0, token.find('.'))), R"({"alg":"HS256","typ":"JWT"})");
  const std::string payload = token.substr(token.find('.') + 1, last - token.find('.') - 1);
  EXPECT_EQ(decode_base64(payload), R"({"exp":1600,"iat":1000,"id":"user-1"})");
  EXPECT_EQ(decode_base64(token.substr(last + 1)), hmac_sha256("s3cret", token.substr(0, last)));
  EXPECT_EQ(token.find('='), std::string::npos);
}

TEST(SessionToken, HasTheStampThatItsUserHas) {
  const std::string token = session_token("s3cret", {"u", "since-then"}, 0);
  const std::size_t dot = token.find('.');
  EXPECT_EQ(decode_base64(token.substr(dot + 1, token.rfind('.') - dot - 1)),
            R"({"exp":600,"iat":0,"id":"u","session_stamp":"since-then"})");
}

TEST(Hmac, IsThatOfRfc4231) {
  const std::string digest = hmac_sha256("Jefe", "what do ya want for nothing?");
  EXPECT_EQ(base64(digest), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=") << "test case 2";
}

TEST(UserSession, AsksAsThatUser) {
  Same transport({200, {}, R"([{"id":"a","title":"A"},{"id":"b","title":"B"}])"});
  UserSession session(transport, "http://x:1", "t0ken");
  const auto chats = session.chats(2);
  ASSERT_TRUE(chats);
  EXPECT_EQ(*chats, (std::vector<ListedChat>{{"a", "A"}, {"b", "B"}}));
  EXPECT_EQ(transport.asked[0].url, "http://x:1/api/v1/chats/?page=2");
  EXPECT_EQ(transport.asked[0].headers, std::vector<std::string>{"Authorization: Bearer t0ken"});
}

TEST(UserSession, TellsARefusalFromAFailure) {
  for (const auto& [status, id] : {std::pair{401, "api-refused"}, {404, "api-refused"}, {500, "api-failed"}}) {
    Same transport({status, {}, "Internal\nServer Error"});
    const auto chats = UserSession(transport, "http://x:1", "t").chats(1);
    ASSERT_FALSE(chats);
    EXPECT_EQ(chats.error().id, id);
  }
  Same page({200, {}, "<html>"});
  EXPECT_EQ(UserSession(page, "http://x:1", "t").chat("a").error().what, "Its answer is not JSON.");
}

}  // namespace
}  // namespace liftlock::deployment
