package com.example.producer.build;

import com.example.producer.fixture.RepositoryFiles;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the version catalogue says, and what a build script takes from it. */
record GradleCatalogue(Map<String, String> versions, Map<String, String> libraries) {
    private static final Pattern VERSION = Pattern.compile("(?m)^([a-z0-9-]+) = \"([^\"]+)\"$");
    private static final Pattern LIBRARY =
            Pattern.compile("(?m)^([a-z0-9-]+) = \\{ module = \"([^\"]+)\"(?:, version\\.ref = \"([^\"]+)\")? }$");
    private static final Pattern USE = Pattern.compile(
            "(?m)^ +([a-zA-Z]*[iI]mplementation|compileOnly|testRuntimeOnly)\\(libs\\.([a-z0-9.]+)\\)$");

    private static final Map<String, String> SCOPES = Map.of(
            "implementation", "compile",
            "compileOnly", "provided",
            "testImplementation", "test",
            "testRuntimeOnly", "test");

    static GradleCatalogue read(String path) {
        String text = RepositoryFiles.read(path);
        Map<String, String> versions = new TreeMap<>();
        for (Matcher found = VERSION.matcher(text); found.find(); ) {
            versions.put(found.group(1), found.group(2));
        }
        Map<String, String> libraries = new TreeMap<>();
        for (Matcher found = LIBRARY.matcher(text); found.find(); ) {
            String version = found.group(3) == null ? "" : ":" + versions.get(found.group(3));
            libraries.put(found.group(1).replace('-', '.'), found.group(2) + version);
        }
        return new GradleCatalogue(versions, libraries);
    }

    String version(String name) {
        return versions.getOrDefault(name, "none");
    }

    /** Each as {@code scope group:artifact[:version]}, the platform apart. */
    Set<String> dependencies(String buildScript) {
        Set<String> found = new TreeSet<>();
        for (Matcher use = USE.matcher(buildScript); use.find(); ) {
            found.add(SCOPES.get(use.group(1)) + " " + libraries.get(use.group(2)));
        }
        return found;
    }
}
