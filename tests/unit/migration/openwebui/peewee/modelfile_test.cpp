#include "migration/openwebui/peewee/modelfile.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::openwebui {
namespace {

std::string params_of(std::string_view text) { return dump_json(parse_modelfile(text).params); }

TEST(Modelfile, ReadsWhatOpenWebUiReads) {
  const Modelfile modelfile = parse_modelfile(
      "FROM llama3:8b\nTEMPLATE \"\"\"  {{ .Prompt }}\n\"\"\"\nPARAMETER stop \"<|end|>\"\nparameter STOP \"a\"\n"
      "PARAMETER temperature 0.70\nPARAMETER num_ctx 4_096\nPARAMETER numa true\nADAPTER ./x.bin\n"
      "SYSTEM \"\"\"You are\n a friend\"\"\"\nMESSAGE user hello there\nMESSAGE assistant  hi\n");
  EXPECT_EQ(modelfile.base_model_id, "llama3");
  EXPECT_EQ(dump_json(modelfile.params),
            R"({"template": "{{ .Prompt }}", "stop": ["<|end|>", "a"], "num_ctx": 4096, "temperature": 0.7, )"
            R"("numa": true, "adapter": "./x.bin", "system": "You are\n a friend", "messages": )"
            R"([{"role": "user", "content": "hello there"}, {"role": "assistant", "content": " hi"}]})");
}

TEST(Modelfile, LeavesOutParametersThatAreNoNumbers) {
  EXPECT_EQ(params_of("PARAMETER seed abc\nPARAMETER top_k 1.5\nPARAMETER num_ctx _1\nPARAMETER top_p 0x1p3"), "{}");
  EXPECT_EQ(params_of("PARAMETER top_p 1e-3\nPARAMETER seed +007"), R"({"seed": 7, "top_p": 0.001})");
  EXPECT_EQ(params_of("PARAMETER numa true \n"), R"({"numa": false})") << "the blank behind counts";
}

TEST(Modelfile, TakesASystemTextFromALineOrTheNextOne) {
  EXPECT_EQ(params_of("SYSTEM  be brief \n"), R"({"system": "be brief"})");
  EXPECT_EQ(params_of("SYSTEM \n\n later\n"), R"({"system": "later"})");
  EXPECT_EQ(params_of("SYSTEM \n"), "{}");
}

TEST(Modelfile, HoldsNothingWithoutContent) {
  EXPECT_EQ(parse_modelfile("").base_model_id, std::nullopt);
  EXPECT_EQ(params_of(""), "{}");
  EXPECT_EQ(parse_modelfile("# FROM x\nfrom y").base_model_id, "y");
}

}  // namespace
}  // namespace liftlock::migration::openwebui
