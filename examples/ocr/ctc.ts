/** Text from the recogniser's output by greedy CTC decoding. */

/** A line of text, and the mean probability of its characters. */
export interface Reading {
  readonly text: string;
  readonly confidence: number;
}

/**
 * In each step the most likely class wins; runs of one class are one character, and class 0 is the blank between them.
 *
 * @param probabilities steps × classes; their number is a multiple of the classes
 * @param characters the character of each class; characters[0] stands for the blank
 */
export function decode(probabilities: ArrayLike<number>, characters: readonly string[]): Reading {
  const classes = characters.length;
  let text = "";
  let sum = 0;
  let count = 0;
  let previous = 0;
  for (let start = 0; start < probabilities.length; start += classes) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[start + index]! > probabilities[start + best]!) best = index;
    }
    if (best !== 0 && best !== previous) {
      text += characters[best];
      sum += probabilities[start + best]!;
      count++;
    }
    previous = best;
  }
  return { text: text.trim(), confidence: count === 0 ? 0 : sum / count };
}
