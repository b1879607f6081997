import com.google.protobuf.gradle.id
import com.google.protobuf.gradle.proto

// Beside the Maven build, for those who use Gradle; producer-core/java/gradle/README.md says how the two differ.
plugins {
    java
    alias(libs.plugins.spring.boot)
    alias(libs.plugins.protobuf)
}

val core = file("../producer-core/java")

sourceSets {
    main {
        java.srcDir(core.resolve("src/main/java"))
        resources.srcDir(core.resolve("src/main/resources"))
        proto {
            srcDir("../contract")
        }
    }
    test {
        java.srcDir(core.resolve("src/testFixtures/java"))
    }
}

dependencies {
    implementation(platform(libs.spring.boot.dependencies))
    compileOnly(platform(libs.spring.boot.dependencies))

    implementation(libs.spring.boot.starter)
    implementation(libs.spring.boot.r2dbc)
    implementation(libs.r2dbc.postgresql)
    implementation(libs.r2dbc.pool)
    implementation(libs.jspecify)
    compileOnly(libs.jsr305)

    implementation(libs.spring.boot.starter.grpc.server)
    implementation(libs.grpc.services)
    implementation(libs.proto.google.common.protos)

    testImplementation(libs.spring.boot.starter.test)
    testImplementation(libs.reactor.test)
    testImplementation(libs.archunit.junit5)
    testImplementation(libs.grpc.inprocess)
    testRuntimeOnly(libs.junit.platform.launcher)
}

protobuf {
    protoc {
        artifact = libs.protobuf.compiler.get().toString()
    }
    plugins {
        id("grpc") {
            artifact = libs.grpc.generator.get().toString()
        }
    }
    generateProtoTasks {
        all().configureEach {
            plugins {
                id("grpc") {
                    option("@generated=omit")
                }
            }
        }
    }
}

tasks.withType<JavaCompile>().configureEach {
    options.release = libs.versions.java.get().toInt()
    options.encoding = "UTF-8"
    options.compilerArgs.add("-parameters")
}

tasks.processResources {
    from("../postgres/queries") {
        include("upsert.sql", "ready.sql")
        into("queries")
    }
}

tasks.test {
    useJUnitPlatform()
}

tasks.bootJar {
    archiveFileName = "producer-api-java-grpc.jar"
    manifest {
        attributes("Enable-Native-Access" to "ALL-UNNAMED")
    }
}
