package com.example.producer.build;

import com.example.producer.fixture.RepositoryFiles;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What a pom.xml says by itself. */
record MavenProject(Element root) {
    static MavenProject read(String path) {
        try {
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(RepositoryFiles.path(path).toFile());
            return new MavenProject(document.getDocumentElement());
        } catch (Exception unreadable) {
            throw new AssertionError(path, unreadable);
        }
    }

    /** Each as {@code scope group:artifact[:version]}. */
    Set<String> dependencies() {
        Set<String> found = new TreeSet<>();
        NodeList all = child(root, "dependencies").getElementsByTagName("dependency");
        for (int at = 0; at < all.getLength(); at++) {
            Element dependency = (Element) all.item(at);
            String version = text(dependency, "version");
            String scope = text(dependency, "scope");
            found.add((scope.isEmpty() ? "compile" : scope) + " " + text(dependency, "groupId") + ":"
                    + text(dependency, "artifactId") + (version.isEmpty() ? "" : ":" + resolved(version)));
        }
        return found;
    }

    String parentVersion() {
        return text(child(root, "parent"), "version");
    }

    String property(String name) {
        return text(child(root, "properties"), name);
    }

    private String resolved(String version) {
        return version.startsWith("${") ? property(version.substring(2, version.length() - 1)) : version;
    }

    private static String text(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return node.getTextContent().strip();
            }
        }
        return "";
    }

    private static Element child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return (Element) node;
            }
        }
        throw new AssertionError("no " + name);
    }
}
