package io.ipamrepair.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.etcd.EtcdTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionConfigTest {
  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void home() {
    environment.put("HOME", folder.toString());
  }

  private static ConnectionFlags flags(Map<String, String> given) {
    Function<String, Optional<String>> flag = name -> Optional.ofNullable(given.get(name));
    ConnectionFlags none = ConnectionFlags.none();
    return new ConnectionFlags(
        flag.apply("endpoints"),
        none.cacert(),
        none.cert(),
        none.key(),
        flag.apply("user"),
        none.passwordFile(),
        none.prefix(),
        flag.apply("cluster"),
        flag.apply("config").map(Path::of),
        none.requestTimeout(),
        none.settleTimeout(),
        none.timeout());
  }

  private static ConnectionFlags endpoints(String text) {
    return flags(Map.of("endpoints", text));
  }

  private static ConnectionFlags user(String user) {
    return flags(Map.of("user", user));
  }

  private ConnectionConfig.Resolved resolve(ConnectionFlags flags) throws ConfigException {
    SystemAuthorities authorities =
        new SystemAuthorities(List.of(folder.resolve("debian.crt"), folder.resolve("alpine.pem")));
    return new ConnectionConfig(flags, environment, folder.resolve("calicoctl.cfg"), authorities)
        .resolve(question -> Optional.empty());
  }

  private ConfigException refusal(ConnectionFlags flags) {
    ConfigException wrong = catchThrowableOfType(ConfigException.class, () -> resolve(flags));
    assertThat(wrong).as("must be refused").isNotNull();
    return wrong;
  }

  private List<String> problems(ConnectionFlags flags) {
    return refusal(flags).problems();
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String source(ConnectionConfig.Resolved resolved, String name) {
    return resolved.settings().stream()
        .filter(setting -> setting.name().equals(name))
        .findFirst()
        .orElseThrow()
        .source();
  }

  @Test
  void theMoreExplicitSourceWins() throws Exception {
    assertThat(resolve(ConnectionFlags.none()).target().endpoints())
        .hasToString("[http://127.0.0.1:2379]");
    write(
        ".config/ipam-repair/config.yaml",
        "default: prod\nclusters:\n  prod:\n    endpoints: [http://own:1]\n");
    assertThat(resolve(ConnectionFlags.none()).target().endpoints()).hasToString("[http://own:1]");
    write(
        "calicoctl.cfg",
        "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: http://calicoctl:2\n");
    assertThat(resolve(ConnectionFlags.none()).target().endpoints())
        .hasToString("[http://calicoctl:2]");
    environment.put("ETCD_ENDPOINTS", "http://etcd:3");
    assertThat(resolve(ConnectionFlags.none()).target().endpoints()).hasToString("[http://etcd:3]");
    environment.put("ETCDCTL_ENDPOINTS", "http://etcdctl:4");
    ConnectionConfig.Resolved resolved = resolve(ConnectionFlags.none());
    assertThat(resolved.target().endpoints()).hasToString("[http://etcdctl:4]");
    assertThat(source(resolved, "endpoints")).isEqualTo("ETCDCTL_ENDPOINTS");
    assertThat(resolved.disagreement())
        .get()
        .asString()
        .contains("http://etcdctl:4 (ETCDCTL_ENDPOINTS)")
        .contains("http://etcd:3 (ETCD_ENDPOINTS)");
    ConnectionConfig.Resolved flagged = resolve(endpoints("http://flag:5"));
    assertThat(flagged.target().endpoints()).hasToString("[http://flag:5]");
    assertThat(flagged.disagreement()).isEmpty();
  }

  @Test
  void aClusterNamedByFlagOutranksTheVariables() throws Exception {
    String clusters =
        "clusters:\n  prod: {endpoints: 'http://prod:1', prefix: /tenant}\n  test: {endpoints: ['http://test:1']}\n";
    Path given = write("given.yaml", clusters);
    write(".config/ipam-repair/config.yaml", clusters);
    environment.put("ETCDCTL_ENDPOINTS", "http://other:1");
    environment.put("ETCD_ENDPOINTS", "http://another:1");
    for (ConnectionFlags flags :
        List.of(
            flags(Map.of("config", given.toString(), "cluster", "prod")),
            flags(Map.of("cluster", "prod")))) {
      ConnectionConfig.Resolved resolved = resolve(flags);
      assertThat(resolved.target().endpoints()).hasToString("[http://prod:1]");
      assertThat(resolved.target().prefix()).hasToString("/tenant");
      assertThat(source(resolved, "endpoints")).startsWith("cluster prod in ");
      assertThat(resolved.disagreement()).isEmpty();
    }
    assertThat(problems(flags(Map.of("config", given.toString(), "cluster", "nowhere"))))
        .containsExactly(given + ": there is no cluster 'nowhere'; there are: prod, test");
  }

  @Test
  void aFileNamedByFlagIsOneSourceAmongOthers() throws Exception {
    Path given =
        write("given.yaml", "default: prod\nclusters:\n  prod: {endpoints: http://prod:1}\n");
    environment.put("ETCDCTL_ENDPOINTS", "http://other:1");
    ConnectionConfig.Resolved resolved = resolve(flags(Map.of("config", given.toString())));
    assertThat(resolved.target().endpoints()).hasToString("[http://other:1]");
    assertThat(resolved.disagreement()).get().asString().contains("http://prod:1 (cluster prod in");
  }

  @Test
  void twoFlagsThatNameAnEtcdAreOneTooMany() throws Exception {
    write(".config/ipam-repair/config.yaml", "clusters:\n  prod: {endpoints: http://prod:1}\n");
    assertThat(problems(flags(Map.of("endpoints", "http://x:1", "cluster", "prod"))))
        .anyMatch(line -> line.contains("--endpoints and --cluster both name an etcd"));
    environment.put("ETCDCTL_ENDPOINTS", "http://other:1");
    environment.put("ETCD_ENDPOINTS", "http://another:1");
    assertThat(resolve(endpoints("")).disagreement())
        .as("an empty flag decides nothing")
        .isPresent();
  }

  @Test
  void whatAFileSaysGoesToItsOwnEndpointsOnly() throws Exception {
    Path pem = write(".config/ipam-repair/some.pem", "");
    write(".config/ipam-repair/secret", "s3cret\n");
    String values = "user: root, passwordFile: secret, cacert: some.pem, prefix: /tenant";
    write(
        ".config/ipam-repair/config.yaml",
        "default: prod\nclusters:\n  prod: {endpoints: 'https://prod:1', " + values + "}\n");
    ConnectionConfig.Resolved own = resolve(ConnectionFlags.none());
    assertThat(own.target().credentials()).isPresent();
    assertThat(own.target().caCertificate()).contains(pem);
    assertThat(own.unused()).isEmpty();
    for (String source : List.of("--endpoints", "ETCDCTL_ENDPOINTS", "ETCD_ENDPOINTS", "a file")) {
      environment.keySet().removeIf(variable -> variable.startsWith("ETCD"));
      ConnectionFlags flags = ConnectionFlags.none();
      if (source.equals("--endpoints")) {
        flags = endpoints("http://x:1");
      } else if (source.equals("a file")) {
        write("calicoctl.cfg", "kind: CalicoAPIConfig\nspec: {etcdEndpoints: 'http://x:1'}\n");
      } else {
        environment.put(source, "http://x:1");
      }
      ConnectionConfig.Resolved elsewhere = resolve(flags);
      assertThat(elsewhere.target().endpoints()).as(source).hasToString("[http://x:1]");
      assertThat(elsewhere.settings()).as(source).hasSize(1);
      assertThat(elsewhere.target().credentials()).as(source).isEmpty();
      assertThat(elsewhere.target().caCertificate()).as(source).isEmpty();
      assertThat(elsewhere.target().prefix().length()).as(source).isZero();
      assertThat(elsewhere.unused())
          .as(source)
          .containsExactly("cluster prod in " + folder.resolve(".config/ipam-repair/config.yaml"));
    }
  }

  @Test
  void flagsAndVariablesMix() throws Exception {
    environment.put("ETCDCTL_USER", "root:s3cret");
    assertThat(resolve(endpoints("http://x:1")).target().credentials())
        .get()
        .extracting(EtcdTarget.Credentials::user)
        .isEqualTo("root");
  }

  @Test
  void mistakesInAFileThatIsNotUsedDoNotMatter() throws Exception {
    write(
        ".config/ipam-repair/config.yaml",
        "default: prod\nclusters:\n  prod: {endpoints: http://prod:1, passwordFile: gone}\n");
    assertThat(problems(ConnectionFlags.none()))
        .anyMatch(line -> line.contains("the password file"));
    assertThat(resolve(endpoints("http://x:1")).target().endpoints()).hasToString("[http://x:1]");
  }

  @Test
  void aFileThatNamesNoEtcdIsRefused() throws Exception {
    Path own = write("own.yaml", "default: prod\nclusters:\n  prod: {user: root}\n");
    Path undecided = write("two.yaml", "clusters:\n  prod: {endpoints: http://prod:1}\n");
    Path calicos = write("calicos.yaml", "kind: CalicoAPIConfig\nspec: {etcdUsername: root}\n");
    assertThat(problems(flags(Map.of("config", own.toString()))))
        .anyMatch(line -> line.contains("cluster prod in " + own + ": it names no endpoints"));
    assertThat(problems(flags(Map.of("config", undecided.toString()))))
        .containsExactly(
            "--config: "
                + undecided
                + " has no default cluster; name one of its clusters with --cluster");
    assertThat(problems(flags(Map.of("config", calicos.toString()))))
        .anyMatch(line -> line.contains("it names no etcdEndpoints"));
    assertThat(problems(flags(Map.of("config", calicos.toString(), "cluster", "prod"))))
        .anyMatch(line -> line.contains("has no clusters"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1:2379 | [http://10.0.0.1:2379]",
        "http://10.0.0.1 | [http://10.0.0.1:2379]",
        "http://[::1]:2379/ , http://b:1 | [http://[::1]:2379, http://b:1]"
      })
  void endpointsAreReadAsEtcdctlReadsThem(String text, String endpoints) throws Exception {
    assertThat(resolve(endpoints(text)).target().endpoints()).hasToString(endpoints);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ftp://a:1 | is no endpoint",
        "http://a:1/path | is no endpoint",
        "http://a:1,https://b:1 | mixed",
        "http://a b:1 | is no endpoint",
        ", | no endpoint"
      })
  void whatIsNoEndpointIsRefused(String text, String problem) {
    assertThat(problems(endpoints(text))).anyMatch(line -> line.contains(problem));
  }

  @Test
  void allProblemsAreSaidAtOnce() {
    environment.put("ETCDCTL_CERT", "/no/cert.pem");
    assertThat(problems(endpoints("http://a:1")))
        .anyMatch(line -> line.contains("TLS options are given (ETCDCTL_CERT)"))
        .anyMatch(line -> line.contains("needs its key"))
        .anyMatch(line -> line.contains("no readable file /no/cert.pem"));
    assertThat(refusal(endpoints("http://a:1")).fault()).isEqualTo(ConfigException.Fault.VALUES);
  }

  @Test
  void certificatesForPlainTextAreNoMalformedValueAndNobodyIsAskedForAPassword() throws Exception {
    environment.put("ETCDCTL_CACERT", write("ca.pem", "").toString());
    environment.put("ETCDCTL_USER", "root");
    ConfigException refusal = refusal(endpoints("http://a:1"));
    assertThat(refusal.fault()).isEqualTo(ConfigException.Fault.CONNECTION);
    assertThat(refusal.problems())
        .containsExactly(
            "http://a:1: the endpoint is http://, but TLS options are given (ETCDCTL_CACERT);"
                + " write https://, or take the options away");
  }

  @Test
  void withoutAnAuthorityThoseOfTheMachineAreTrustedAsByEtcdctl() throws Exception {
    assertThat(resolve(endpoints("https://a:1")).target().caCertificate())
        .as("none is known: the Java runtime's")
        .isEmpty();
    Path alpine = write("alpine.pem", "");
    assertThat(resolve(endpoints("https://a:1")).target().caCertificate()).contains(alpine);
    Path debian = write("debian.crt", "");
    ConnectionConfig.Resolved machine = resolve(endpoints("https://a:1"));
    assertThat(machine.target().caCertificate()).contains(debian);
    assertThat(source(machine, "cacert")).isEqualTo("this machine's authorities");
    Path named = write("named.pem", "");
    environment.put("SSL_CERT_FILE", named.toString());
    assertThat(resolve(endpoints("https://a:1")).target().caCertificate()).contains(named);
    environment.put("ETCDCTL_CACERT", write("own.pem", "").toString());
    assertThat(source(resolve(endpoints("https://a:1")), "cacert")).isEqualTo("ETCDCTL_CACERT");
    environment.remove("ETCDCTL_CACERT");
    assertThat(resolve(endpoints("a:1")).target())
        .as("they make no endpoint https://, and are of no use to http://")
        .satisfies(target -> assertThat(target.endpoints()).hasToString("[http://a:1]"))
        .satisfies(target -> assertThat(target.caCertificate()).isEmpty());
    environment.put("SSL_CERT_FILE", "/no/such.pem");
    assertThat(problems(endpoints("https://a:1")))
        .containsExactly("SSL_CERT_FILE: there is no readable file /no/such.pem");
  }

  @Test
  void aPasswordComesFromAVariableAndIsNeverShown() throws Exception {
    environment.put("ETCDCTL_PASSWORD", "s3cret");
    ConnectionConfig.Resolved resolved = resolve(user("root"));
    assertThat(resolved.target().credentials())
        .get()
        .satisfies(credentials -> assertThat(credentials.password()).isEqualTo("s3cret"));
    assertThat(resolved.toString()).doesNotContain("s3cret");
    assertThat(source(resolved, "password")).isEqualTo("ETCDCTL_PASSWORD");
  }

  @Test
  void aPasswordOnTheCommandLineOrNoneAtAllIsRefused() {
    assertThat(problems(user("root:s3cret")))
        .anyMatch(line -> line.contains("--user takes a name only"))
        .noneMatch(line -> line.contains("s3cret"));
    assertThat(problems(user("root"))).anyMatch(line -> line.contains("has no password"));
  }

  @Test
  void aServersOwnCertificateIsSaidToBeOne() throws Exception {
    Path pem = write("server.pem", "");
    environment.put("ETCD_CERT_FILE", pem.toString());
    environment.put("ETCD_KEY_FILE", pem.toString());
    assertThat(source(resolve(endpoints("https://a:1")), "cert"))
        .contains("ETCD_CERT_FILE")
        .contains("server's own");
  }

  @Test
  void aCalicoctlFileForKubernetesIsRefusedByName() throws Exception {
    Path config =
        write("calicoctl.cfg", "kind: CalicoAPIConfig\nspec:\n  datastoreType: kubernetes\n");
    assertThat(problems(ConnectionFlags.none()))
        .anyMatch(line -> line.startsWith(config.toString()) && line.contains("'kubernetes'"));
  }

  @Test
  void unknownFieldsOfTheOwnFileAreNamed() throws Exception {
    Path config =
        write("config.yaml", "default: prod\nclusters:\n  prod: {endpoint: 'http://prod:1'}\n");
    assertThat(problems(flags(Map.of("config", config.toString()))))
        .anyMatch(line -> line.contains("unknown field 'endpoint'"));
    Path damaged = write("damaged.yaml", "a: [");
    assertThat(problems(flags(Map.of("config", damaged.toString()))))
        .anyMatch(line -> line.contains("not YAML"));
  }
}
