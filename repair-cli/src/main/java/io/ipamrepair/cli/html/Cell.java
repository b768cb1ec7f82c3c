package io.ipamrepair.cli.html;

/**
 * A small square of the map.
 *
 * @param style how it looks, classes of the style sheet
 * @param sign the letter or sign in it; may be empty
 * @param title what it stands for, where a pointer rests on it
 */
record Cell(String style, String sign, String title) {}
