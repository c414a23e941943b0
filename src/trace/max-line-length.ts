/** Characters of a line that a reader takes, unless told otherwise: a file that is no trace must cost no memory. */
export const MAX_LINE_LENGTH: number = 2 ** 20;
