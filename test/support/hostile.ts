// Texts that data may bring along: markup, formulas, codes of terminals, what turns the direction of text, and lengths.
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>*{display:none}',
  '</title></head><body>',
  '<!--',
  ']]>',
  '&lt;b&gt;',
  'javascript:alert(1)',
  '\u202egnp.exe\u202c',
  'a\u0000b\u001b[31mred\u009b31m',
  'two\u2028lines',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: text that looks like a template
  '${1+1}',
  '=cmd|calc',
  '$(reboot)`reboot`',
  'x'.repeat(100_000),
  '🐧'.repeat(3000),
  '\ud800',
]
