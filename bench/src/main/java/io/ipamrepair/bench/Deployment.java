package io.ipamrepair.bench;

import java.util.random.RandomGenerator;

/**
 * Pods of one ReplicaSet, named as Kubernetes names them.
 *
 * @param namespace where they run
 * @param app the name of the application
 * @param templateHash the hash of its template, the middle of its pods' names
 * @param version the application's
 * @param seed of its pods' names
 */
record Deployment(String namespace, String app, String templateHash, String version, int seed) {
  /** How many pods each has. */
  static final int REPLICAS = 20;

  /** How many deployments share a namespace. */
  private static final int OF_NAMESPACE = 10;

  /** Kubernetes' alphabet for random parts of names: nothing that could spell a word. */
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int HASH_LENGTH = 10;
  private static final int SUFFIX_LENGTH = 5;

  /** All suffixes that there are. */
  private static final int SUFFIXES = 14_348_907; // 27^5

  /** Shares no factor with {@link #SUFFIXES}, so that replicas never share a suffix. */
  private static final int STRIDE = 5_167_291;

  private static final String[] APPS = {
    "blubberoid",
    "changeprop",
    "citoid",
    "echostore",
    "eventgate",
    "linkrecommend",
    "mathoid",
    "mobileapps",
    "proton",
    "recommend",
    "sessionstore",
    "termbox",
    "thumbor",
    "wikifeeds",
    "zotero"
  };
  private static final String[] PARTS = {"api", "main", "web", "jobs", "cache", "push"};

  /** The deployment with this number; no two of a namespace have the same name. */
  static Deployment of(int number, long seed) {
    RandomGenerator random = new Chance(seed, "deployment", number).random();
    int group = number / OF_NAMESPACE;
    int within = number % OF_NAMESPACE;
    String namespace =
        APPS[group % APPS.length] + "-" + PARTS[group / 7 % PARTS.length] + "-" + group;
    // Ten neighbours of the list of applications, each with one part: all different.
    String app = APPS[(group + within) % APPS.length] + "-" + PARTS[random.nextInt(PARTS.length)];
    StringBuilder hash = new StringBuilder();
    for (int i = 0; i < HASH_LENGTH; i++) {
      hash.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    String version = "1." + random.nextInt(10, 100) + "." + random.nextInt(10);
    return new Deployment(namespace, app, hash.toString(), version, random.nextInt(SUFFIXES));
  }

  /** The beginning of its pods' names. */
  String generateName() {
    return app + "-" + templateHash + "-";
  }

  /**
   * The name of a pod.
   *
   * @param replica from 0 below {@link #REPLICAS}
   */
  String pod(int replica) {
    int rest = (int) ((seed + (long) replica * STRIDE) % SUFFIXES);
    StringBuilder name = new StringBuilder(generateName());
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      name.append(ALPHABET.charAt(rest % ALPHABET.length()));
      rest /= ALPHABET.length();
    }
    return name.toString();
  }
}
