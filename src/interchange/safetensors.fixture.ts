/**
 * Files that safetensors 0.8.0, the reference implementation, wrote, in base64. Each by
 * `safetensors.serialize({ name: TensorSpec(dtype, shape, data_ptr, data_len), ... }, metadata)`.
 */

/** Metadata `{"format": "pt"}`, and a tensor of every dtype: the rows of `MIXED_TENSORS`. */
export const MIXED =
  "oAMAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJiaWciOnsiZHR5cGUiOiJVNjQiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiaWRzIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsyLDFdLCJkYXRhX29mZnNldHMiOls4LDI0XX0sInNjYWxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlsyNCwzMl19LCJtb2RlbC5lbWJlZC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzMyLDU2XX0sInUzMiI6eyJkdHlwZSI6IlUzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzU2LDYwXX0sImkzMiI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzYwLDY0XX0sImhlYWQiOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNjQsNjhdfSwibW9kZWwubm9ybS5iaWFzIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNjgsNzJdfSwidTE2Ijp7ImR0eXBlIjoiVTE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNzIsNzRdfSwiaTE2Ijp7ImR0eXBlIjoiSTE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNzQsNzZdfSwiaTgiOnsiZHR5cGUiOiJJOCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6Wzc2LDc3XX0sIm5vbmUiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbMCw0XSwiZGF0YV9vZmZzZXRzIjpbNzcsNzddfSwidTgiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6Wzc3LDgwXX0sIsO8bsOvIFwicVwiIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOls4MCw4MV19LCJtYXNrIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzgxLDg0XX19ICAg/////////////////////wIAAAAAAAAAAAAAAAAA4D8AAAAAAACAPwAAAEAAAEBAAACAQAAAoEAAKGvu/f///4A/AMAAPADA6P38//sHCP8JAQAB";

/** Name, dtype, dims and the bytes in hexadecimal of each tensor of `MIXED`, in the order of the file. */
export const MIXED_TENSORS: readonly (readonly [string, string, readonly number[], string])[] = [
  ["big", "U64", [1], "ffffffffffffffff"],
  ["ids", "I64", [2, 1], "ffffffffffffffff0200000000000000"],
  ["scale", "FP64", [], "000000000000e03f"],
  ["model.embed.weight", "FP32", [2, 3], "000000000000803f0000004000004040000080400000a040"],
  ["u32", "U32", [1], "00286bee"],
  ["i32", "I32", [1], "fdffffff"],
  ["head", "BF16", [2], "803f00c0"],
  ["model.norm.bias", "FP16", [2], "003c00c0"],
  ["u16", "U16", [1], "e8fd"],
  ["i16", "I16", [1], "fcff"],
  ["i8", "I8", [1], "fb"],
  ["none", "U8", [0, 4], ""],
  ["u8", "U8", [3], "0708ff"],
  ['\u00fcn\u00ef "q"', "U8", [1], "09"],
  ["mask", "BOOL", [3], "010001"],
];

/** `w`, F8_E4M3 of shape [4], and `s`, F32 [2.0]. */
export const FLOAT8 =
  "cAAAAAAAAAB7InMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlswLDRdfSwidyI6eyJkdHlwZSI6IkY4X0U0TTMiLCJzaGFwZSI6WzRdLCJkYXRhX29mZnNldHMiOls0LDhdfX0gAAAAQAECAwQ=";
