package com.example.producer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which room may know which. */
class RoomsTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.example.producer");

    @Test
    void eachRoomKnowsOnlyThoseBelowIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("config")
                .definedBy("..config..")
                .layer("ingest")
                .definedBy("..ingest..")
                .layer("store")
                .definedBy("..store..")
                .layer("event")
                .definedBy("..event..")
                .layer("fault")
                .definedBy("..fault..")
                .whereLayer("config")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("ingest")
                .mayOnlyBeAccessedByLayers("config")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers("config", "ingest")
                .whereLayer("event")
                .mayOnlyBeAccessedByLayers("ingest", "store")
                .check(CORE);
    }

    @Test
    void rulesDoNotKnowDatabasesNorFrameworks() {
        noClasses()
                .that()
                .resideInAnyPackage("..event..", "..fault..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.r2dbc..", "reactor..", "org.springframework..", "io.netty..")
                .check(CORE);
    }

    @Test
    void noWireIsKnownHere() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.grpc..", "org.springframework.http..", "org.springframework.web..", "tools.jackson..")
                .check(CORE);
    }
}
