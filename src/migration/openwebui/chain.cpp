#include "migration/openwebui/chain.hpp"

namespace liftlock::migration::openwebui {

std::span<const Revision* const> peewee_migrations() {
  static const Revision* const migrations[] = {
      &peewee_001(), &peewee_002(), &peewee_003(), &peewee_004(), &peewee_005(), &peewee_006(),
      &peewee_007(), &peewee_008(), &peewee_009(), &peewee_010(), &peewee_011(), &peewee_012(),
      &peewee_013(), &peewee_014(), &peewee_015(), &peewee_016(), &peewee_017(), &peewee_018(),
  };
  return migrations;
}

std::span<const Revision* const> alembic_revisions() {
  static const Revision* const revisions[] = {
      &revision_7e5b5dc7342b(), &revision_ca81bd47c050(), &revision_c0fbf31ca0db(), &revision_6a39f3d8e55c(),
      &revision_242a2047eae0(), &revision_1af9b942657b(), &revision_3ab32c4b8f59(), &revision_c69f45358db4(),
      &revision_c29facfe716b(), &revision_af906e964978(), &revision_4ace53fd72c8(), &revision_922e7a387820(),
      &revision_57c599a3cb57(), &revision_7826ab40b532(), &revision_3781e22d8b01(), &revision_9f0c9cd09105(),
      &revision_d31026856c01(), &revision_018012973d35(), &revision_3af16a1c9fb6(), &revision_38d63c18f30f(),
      &revision_a5c220713937(), &revision_37f288994c47(), &revision_2f1211949ecc(), &revision_b10670c03dd5(),
      &revision_90ef40d4714e(), &revision_3e0e00844bb0(), &revision_6283dc0e4d8d(), &revision_81cc2ce44d79(),
      &revision_c440947495f3(), &revision_374d2f66af06(), &revision_8452d01d26d7(), &revision_f1e2d3c4b5a6(),
      &revision_a1b2c3d4e5f6(), &revision_b2c3d4e5f6a7(), &revision_a3dd5bedd151(), &revision_d4e5f6a7b8c9(),
      &revision_b7c8d9e0f1a2(), &revision_e1f2a3b4c5d6(), &revision_c1d2e3f4a5b6(), &revision_56359461a091(),
      &revision_4de81c2a3af1(), &revision_a0b1c2d3e4f5(), &revision_3c9b0ca343fd(), &revision_461111b60977(),
      &revision_3ff2c63645b8(), &revision_4c5ce3d2f27f(), &revision_7b3f2a9c1d4e(), &revision_42e2978c7933(),
      &revision_856c5b02fb54(), &revision_9a1b2c3d4e5f(), &revision_c49178636c78(), &revision_b0018471bbbe(),
      &revision_55f1302ac17c(), &revision_959eaac8f909(), &revision_f0bd01a18a3d(), &revision_1ce6ade7d93b(),
      &revision_6d09d1bf1f23(), &revision_d4c1a8e37b62(), &revision_a7d3e9f2b641(), &revision_b8e4f0a3c752(),
      &revision_d6a8c3f912ab(), &revision_e7b9d4a023bc(), &revision_f8c0e5b134cd(), &revision_b8f2c6d91a04(),
      &revision_c92da83b017f(), &revision_0bd252b206fb(),
  };
  return revisions;
}

}  // namespace liftlock::migration::openwebui
