package io.ipamrepair.cni;

/** How a release of Calico writes blocks, and what it forgets. */
public enum Dialect {
  /** v3.22.1: no sequence numbers. */
  V3_22(false, false, false, false),
  /** v3.29.7. */
  V3_29(true, false, false, false),
  /** v3.32.1: a block says when it was claimed, and an empty one may be taken from its owner. */
  V3_32(true, true, false, false),
  /** In development for v3.34: releases by handle clear the numbers of what they free. */
  HEAD(true, true, true, true);

  private final boolean numbered;
  private final boolean stampsClaims;
  private final boolean clearsNumbers;
  private final boolean countsReleases;

  Dialect(boolean numbered, boolean stampsClaims, boolean clearsNumbers, boolean countsReleases) {
    this.numbered = numbered;
    this.stampsClaims = stampsClaims;
    this.clearsNumbers = clearsNumbers;
    this.countsReleases = countsReleases;
  }

  /** Whether blocks have sequence numbers. */
  boolean isNumbered() {
    return numbered;
  }

  /** Whether a claim is stamped; with it came the taking of others' empty blocks. */
  boolean stampsClaims() {
    return stampsClaims;
  }

  /** Whether a release by handle removes the numbers of the ordinals that it frees. */
  boolean clearsNumbers() {
    return clearsNumbers;
  }

  /**
   * By how much a handle's count goes down when {@code freed} of its ordinals are freed at once.
   */
  int counted(int freed) {
    return countsReleases ? freed : 1;
  }
}
