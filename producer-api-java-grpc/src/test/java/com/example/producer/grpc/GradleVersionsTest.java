package com.example.producer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.producer.fixture.RepositoryFiles;
import com.google.protobuf.RuntimeVersion;
import io.grpc.internal.GrpcUtil;
import org.junit.jupiter.api.Test;

/** Maven takes the compiler's versions from Spring Boot's list; the Gradle build has to name them. */
class GradleVersionsTest {
    @Test
    void areThoseOfTheLibraries() {
        assertThat(RepositoryFiles.read("producer-core/java/gradle/libs.versions.toml"))
                .contains(
                        "protobuf = \"" + RuntimeVersion.OSS_MAJOR + "." + RuntimeVersion.OSS_MINOR + "."
                                + RuntimeVersion.OSS_PATCH + "\"",
                        "grpc = \"" + GrpcUtil.getGrpcBuildVersion().getImplementationVersion() + "\"");
    }
}
