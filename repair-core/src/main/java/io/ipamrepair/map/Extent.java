package io.ipamrepair.map;

/** How much of a cluster the states of a map hold. */
public enum Extent {
  /** Every key: what is not there does not exist. */
  WHOLE,
  /** Some keys, as a plan has them: of what is not there nothing can be said. */
  PART
}
