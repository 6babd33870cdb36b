#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace liftlock::migration {

class Operations;

/// What a revision is known to do to rows that were there before it: the verification after a change explains every
/// difference by one of these, or rolls the change back. Added tables and added columns need no effect.
struct Effect {
  enum class Kind {
    changes_column,  ///< values of `column` may differ
    drops_column,    ///< `column` goes; `why` says where its content went
    removes_rows,    ///< rows for which `condition` (SQL over the row before) holds may go
    adds_rows,       ///< rows may be added to a table that was there
    drops_table,     ///< `table` goes; `why` says where its rows went
    renames_table,   ///< `table` is called `column` from here on
    changes_key,     ///< rows have another key afterwards and are matched by the columns in `column` ("a,b")
  };
  Kind kind;
  std::string_view table;
  std::string_view column;
  std::string_view condition;  ///< empty: always
  std::string_view why;        ///< for the report: "tags are kept in chat.meta from here on"
};

/// A question with one number for an answer, asked of the database before (`before`) and after (`after`) the revision:
/// the answers must be equal. For data that moves to another table or form. Both are written once, in words that SQLite
/// has and that postgres::question() can put to PostgreSQL; each must hold for unhealthy data, too.
struct Proof {
  std::string_view id;     ///< "group-memberships"
  std::string_view title;  ///< "memberships of groups"
  std::string_view before;
  std::string_view after;
};

/// One step of the chain. Instances are constants that live as long as the program.
struct Revision {
  std::string_view id;             ///< "9a1b2c3d4e5f"; a Peewee migration's name: "001_initial_schema"
  std::string_view down_revision;  ///< empty at the base
  std::string_view message;        ///< first line of the official script's docstring
  std::string_view create_date;    ///< as in the official script; may be empty
  std::string_view summary;        ///< what it does to the data, for the plan; empty: schema only, nothing moves
  void (*upgrade)(Operations& op);
  /// The way back; nullptr for Peewee migrations and repairs, which have none.
  void (*downgrade)(Operations& op) = nullptr;
  std::vector<Effect> effects = {};
  std::vector<Proof> proofs = {};
  /// Of the way back; what simply goes, reversal.hpp finds by itself. Lost are the rows for which a drop's condition
  /// holds (empty: all, "0": none); of removed rows, those for which the SQL in `column` does (empty: all).
  std::vector<Effect> down_effects = {};
  std::vector<Proof> down_proofs = {};
};

}  // namespace liftlock::migration
