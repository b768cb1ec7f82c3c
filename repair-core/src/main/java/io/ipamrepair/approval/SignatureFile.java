package io.ipamrepair.approval;

import io.ipamrepair.kv.Bytes;

/**
 * A file that stands for a signature: {@code PLAN.sig} or {@code PLAN.ANYTHING.sig} beside a plan.
 *
 * @param name its name, for people
 * @param content what is in it
 */
public record SignatureFile(String name, Bytes content) {}
