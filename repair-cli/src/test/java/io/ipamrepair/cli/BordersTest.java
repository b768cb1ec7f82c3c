package io.ipamrepair.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The border between the commands and the rooms that talk to etcd and to the disk. */
class BordersTest {
  @Test
  void commandsKnowNeitherHowEtcdIsTalkedToNorHowTheJournalIsKept() {
    noClasses()
        .that()
        .resideInAPackage("io.ipamrepair.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.grpc..",
            "io.etcd..",
            "io.netty..",
            "com.google.protobuf..",
            "java.sql..",
            "javax.sql..",
            "org.h2..",
            "org.flywaydb..")
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.ipamrepair.cli"));
  }
}
