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
    // Far longer than any test takes: one that hangs is named, with what its thread waits for.
    systemProperty("junit.jupiter.execution.timeout.default", "5 m")
}

tasks.bootJar {
    archiveFileName = "producer-api-java-grpc.jar"
    manifest {
        attributes("Enable-Native-Access" to "ALL-UNNAMED")
    }
}

// Takes the jar apart into build/app and lets the JVM note what it loads at a start, as the Maven build does in target/app.
val appFolder = layout.buildDirectory.dir("app").get().asFile
val jvm = providers.systemProperty("java.home").get() + "/bin/java"

val extractApp by tasks.registering(Exec::class) {
    val jar = tasks.bootJar.flatMap { it.archiveFile }
    dependsOn(tasks.bootJar)
    commandLine(
        jvm, "-Djarmode=tools", "-jar", jar.get().asFile.path,
        "extract", "--force", "--destination", appFolder.path,
    )
}

tasks.register<Exec>("app") {
    description = "Builds what the service is started from, with its start-up cache"
    dependsOn(extractApp)
    commandLine(
        jvm, "@${core.resolve("jvm.options").path}", "-XX:AOTCacheOutput=${appFolder.path}/app.aot",
        "-Xlog:disable", "-Dspring.context.exit=onRefresh", "-jar", "${appFolder.path}/producer-api-java-grpc.jar",
    )
}

tasks.assemble {
    dependsOn("app")
}
