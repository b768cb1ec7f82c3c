package io.ipamrepair.cli;

/** The exit codes: promises to scripts. Each is unique, tested, and listed in {@code --help}. */
enum ExitCode {
  DONE(0, "done, or nothing found"),
  FOUND(1, "findings or differences"),
  USAGE(2, "wrong usage"),
  ETCD(3, "etcd cannot be reached or used"),
  PLAN_REFUSED(4, "plan refused: damaged, expired, unknown format, wrong cluster"),
  MOVED(5, "conflict: something moved, nothing written"),
  HALTED(6, "halted part-way: roll back"),
  UNKNOWN(7, "outcome unknown"),
  LOCKED(8, "locked by another operator"),
  JOURNAL(9, "journal unusable, nothing written"),
  IMPOSSIBLE(10, "this repair is not possible here, no plan written"),
  DIFFERS(11, "applied, but the check afterwards differs from what the plan promised"),
  TAKEN_OVER(12, "taken over or diverged"),
  BUG(70, "a bug in this tool"),
  DECLINED(130, "interrupted or declined");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
