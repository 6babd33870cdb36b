#include "migration/operations.hpp"

#include <algorithm>

namespace liftlock::migration {

namespace {

class FunctionStep final : public RowStep {
 public:
  explicit FunctionStep(std::function<void(Row&)> apply) : apply_(std::move(apply)) {}
  void apply(Row& row) override { apply_(row); }

 private:
  std::function<void(Row&)> apply_;
};

}  // namespace

bool Operations::has_column(std::string_view table_name, std::string_view column_name) const {
  const database::Table* found = table(table_name);
  return found != nullptr && found->column(column_name) != nullptr;
}

bool Operations::has_index(std::string_view table_name, std::string_view index_name) const {
  const database::Table* found = table(table_name);
  return found != nullptr &&
         std::ranges::any_of(found->indexes, [&](const auto& index) { return index.name == index_name; });
}

BatchOperations Operations::batch_alter_table(std::string_view table_name) { return {*this, table_name}; }

void Operations::rewrite_rows(std::string_view table_name, std::function<void(Row&)> apply) {
  rewrite_rows(table_name, std::make_unique<FunctionStep>(std::move(apply)));
}

void Operations::note(std::string_view table_name, std::string id, std::string text, std::int64_t count) {
  environment().note({std::string(revision()), std::string(table_name), std::move(id), std::move(text), count});
}

void Operations::quarantine(std::string_view table_name, std::string_view key, std::string_view column_name,
                            std::string_view value, std::string reason) {
  environment().quarantine({std::string(revision()), std::string(table_name), std::string(key),
                            std::string(column_name), std::string(value), std::move(reason)});
}

}  // namespace liftlock::migration
