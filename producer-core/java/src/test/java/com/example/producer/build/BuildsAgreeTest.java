package com.example.producer.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fixture.RepositoryFiles;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Maven and the Gradle build of a service say the same. */
class BuildsAgreeTest {
    private static final String CORE = "producer-core/java/";
    private static final MavenProject PARENT = MavenProject.read(CORE + "parent/pom.xml");
    private static final GradleCatalogue CATALOGUE = GradleCatalogue.read(CORE + "gradle/libs.versions.toml");

    /** What a Gradle build has to name and Maven finds by itself. */
    private static final String LAUNCHER = "test org.junit.platform:junit-platform-launcher";

    @ParameterizedTest
    @ValueSource(strings = {"producer-api-java-rest", "producer-api-java-grpc"})
    void onLibrariesAndTheirVersions(String service) {
        Set<String> maven = PARENT.dependencies();
        maven.addAll(MavenProject.read(service + "/pom.xml").dependencies());
        Set<String> gradle = CATALOGUE.dependencies(RepositoryFiles.read(service + "/build.gradle.kts"));
        assertThat(gradle.remove(LAUNCHER)).isTrue();
        assertThat(gradle).containsExactlyInAnyOrderElementsOf(maven);
    }

    @Test
    void onTheListThatGivesAllOtherVersions() {
        assertThat(CATALOGUE.version("spring-boot")).isEqualTo(PARENT.parentVersion());
    }

    @Test
    void onTheJavaLevel() {
        assertThat(CATALOGUE.version("java")).isEqualTo(PARENT.property("java.version"));
    }

    @Test
    void onWhatTheWrappersOfBothServicesFetch() {
        for (String file :
                Set.of("gradle/wrapper/gradle-wrapper.properties", ".mvn/wrapper/maven-wrapper.properties")) {
            assertThat(RepositoryFiles.read("producer-api-java-rest/" + file))
                    .isEqualTo(RepositoryFiles.read("producer-api-java-grpc/" + file));
        }
    }
}
