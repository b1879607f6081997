// The plugins are looked for in the central repository first: most are there, too.
pluginManagement {
    repositories {
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositories {
        mavenCentral()
    }
    versionCatalogs {
        create("libs") {
            from(files("../producer-core/java/gradle/libs.versions.toml"))
        }
    }
}

rootProject.name = "producer-api-java-grpc"
