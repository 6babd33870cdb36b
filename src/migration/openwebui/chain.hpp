#pragma once

#include <span>

#include "migration/revision.hpp"

/// Open WebUI's migration chain: 18 numbered Peewee migrations, then 66 Alembic revisions in one line.
/// Source: the scripts in the PyPI packages 0.1.124 to 0.12.4; each revision means what the newest script of its id
/// means.
namespace liftlock::migration::openwebui {

/// The Peewee migrations, first to last.
[[nodiscard]] std::span<const Revision* const> peewee_migrations();
/// The Alembic revisions, base to head.
[[nodiscard]] std::span<const Revision* const> alembic_revisions();

const Revision& peewee_001();
const Revision& peewee_002();
const Revision& peewee_003();
const Revision& peewee_004();
const Revision& peewee_005();
const Revision& peewee_006();
const Revision& peewee_007();
const Revision& peewee_008();
const Revision& peewee_009();
const Revision& peewee_010();
const Revision& peewee_011();
const Revision& peewee_012();
const Revision& peewee_013();
const Revision& peewee_014();
const Revision& peewee_015();
const Revision& peewee_016();
const Revision& peewee_017();
const Revision& peewee_018();

const Revision& revision_7e5b5dc7342b();
const Revision& revision_ca81bd47c050();
const Revision& revision_c0fbf31ca0db();
const Revision& revision_6a39f3d8e55c();
const Revision& revision_242a2047eae0();
const Revision& revision_1af9b942657b();
const Revision& revision_3ab32c4b8f59();
const Revision& revision_c69f45358db4();
const Revision& revision_c29facfe716b();
const Revision& revision_af906e964978();
const Revision& revision_4ace53fd72c8();
const Revision& revision_922e7a387820();
const Revision& revision_57c599a3cb57();
const Revision& revision_7826ab40b532();
const Revision& revision_3781e22d8b01();
const Revision& revision_9f0c9cd09105();
const Revision& revision_d31026856c01();
const Revision& revision_018012973d35();
const Revision& revision_3af16a1c9fb6();
const Revision& revision_38d63c18f30f();
const Revision& revision_a5c220713937();
const Revision& revision_37f288994c47();
const Revision& revision_2f1211949ecc();
const Revision& revision_b10670c03dd5();
const Revision& revision_90ef40d4714e();
const Revision& revision_3e0e00844bb0();
const Revision& revision_6283dc0e4d8d();
const Revision& revision_81cc2ce44d79();
const Revision& revision_c440947495f3();
const Revision& revision_374d2f66af06();
const Revision& revision_8452d01d26d7();
const Revision& revision_f1e2d3c4b5a6();
const Revision& revision_a1b2c3d4e5f6();
const Revision& revision_b2c3d4e5f6a7();
const Revision& revision_a3dd5bedd151();
const Revision& revision_d4e5f6a7b8c9();
const Revision& revision_b7c8d9e0f1a2();
const Revision& revision_e1f2a3b4c5d6();
const Revision& revision_c1d2e3f4a5b6();
const Revision& revision_56359461a091();
const Revision& revision_4de81c2a3af1();
const Revision& revision_a0b1c2d3e4f5();
const Revision& revision_3c9b0ca343fd();
const Revision& revision_461111b60977();
const Revision& revision_3ff2c63645b8();
const Revision& revision_4c5ce3d2f27f();
const Revision& revision_7b3f2a9c1d4e();
const Revision& revision_42e2978c7933();
const Revision& revision_856c5b02fb54();
const Revision& revision_9a1b2c3d4e5f();
const Revision& revision_c49178636c78();
const Revision& revision_b0018471bbbe();
const Revision& revision_55f1302ac17c();
const Revision& revision_959eaac8f909();
const Revision& revision_f0bd01a18a3d();
const Revision& revision_1ce6ade7d93b();
const Revision& revision_6d09d1bf1f23();
const Revision& revision_d4c1a8e37b62();
const Revision& revision_a7d3e9f2b641();
const Revision& revision_b8e4f0a3c752();
const Revision& revision_d6a8c3f912ab();
const Revision& revision_e7b9d4a023bc();
const Revision& revision_f8c0e5b134cd();
const Revision& revision_b8f2c6d91a04();
const Revision& revision_c92da83b017f();
const Revision& revision_0bd252b206fb();

}  // namespace liftlock::migration::openwebui
