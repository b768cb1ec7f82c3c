package io.ipamrepair.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The borders between the rooms (docs/architecture.md). */
class RoomsTest {
  private static final String BASE = "io.ipamrepair.";

  /** In the order data flows: a room imports only those before it. */
  private static final List<String> ROOMS =
      List.of(
          "kv",
          "cidr",
          "json",
          "calico",
          "change",
          "check",
          "show",
          "map",
          "repair",
          "plan",
          "approval",
          "carry",
          "undo",
          "etcd",
          "source",
          "run");

  /** Rooms without I/O, clock, randomness and logging. */
  private static final List<String> PURE =
      List.of(
          "kv",
          "cidr",
          "json",
          "calico",
          "change",
          "check",
          "show",
          "map",
          "repair",
          "plan",
          "approval",
          "carry",
          "undo");

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ipamrepair");
  }

  @Test
  void aRoomImportsOnlyTheRoomsBeforeIt() {
    for (int i = 0; i < ROOMS.size(); i++) {
      String[] later =
          ROOMS.subList(i + 1, ROOMS.size()).stream()
              .map(room -> BASE + room + "..")
              .toArray(String[]::new);
      if (later.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(BASE + ROOMS.get(i) + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(later)
            .check(ours);
      }
    }
  }

  @Test
  void onlyTheEtcdRoomKnowsGrpcAndItKnowsNothingOfCalico() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "etcd..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "io.etcd..", "io.netty..", "com.google.protobuf..")
        .check(ours);
    classes()
        .that()
        .resideInAPackage(BASE + "etcd..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(
            BASE + "calico..",
            BASE + "change..",
            BASE + "check..",
            BASE + "show..",
            BASE + "repair..",
            BASE + "plan..",
            BASE + "approval..",
            BASE + "carry..",
            BASE + "undo..")
        .check(ours);
  }

  @Test
  void onlyTheJournalKnowsSqlAndItKnowsNothingOfOurs() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "journal..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.h2..", "org.flywaydb..")
        .check(ours);
    noClasses()
        .that()
        .resideInAPackage(BASE + "journal..")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are ours",
                type ->
                    type.getPackageName().startsWith(BASE)
                        && !type.getPackageName().equals(BASE + "journal")))
        .check(ours);
  }

  @Test
  void pureRoomsDoNoInputOrOutputAndKnowNoTimeOrChance() {
    String[] pure = PURE.stream().map(room -> BASE + room + "..").toArray(String[]::new);
    noClasses()
        .that()
        .resideInAnyPackage(pure)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..",
            "java.net..",
            "java.util.random..",
            "java.util.logging..",
            "org.slf4j..",
            "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Random")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(ours);
  }

  @Test
  void onlyTheProcedureCommits() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "run..", BASE + "etcd..")
        .should()
        .callMethod(io.ipamrepair.etcd.Etcd.class, "commit", io.ipamrepair.kv.Transaction.class)
        .orShould()
        .callMethod(
            io.ipamrepair.etcd.Etcd.class,
            "commitUntilAnswered",
            io.ipamrepair.kv.Transaction.class)
        .orShould()
        .callMethod(io.ipamrepair.etcd.Etcd.class, "answered", io.ipamrepair.kv.Transaction.class)
        .check(ours);
  }
}
