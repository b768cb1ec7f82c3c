package io.ipamrepair.cli.html;

/**
 * What a square means.
 *
 * @param cell such a square
 * @param words its meaning
 */
record LegendEntry(Cell cell, String words) {}
