/** Of whom it is, and how one looks, wherever it stands: those whose makers gave them a form that nothing else has. */
const forms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/,
  // A user and a password before a host: redis://:secret@host, postgres://user:secret@host.
  /[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/@:]*:[^\s/@]+@/i,
  // Behind the scheme of an Authorization header; a word without a digit is a word.
  /\b(?:basic|bearer|token)[ \t]+(?=\S*\d)[A-Za-z0-9._~+/=-]{8,}/i,
  // password=…, pwd: …, api_key=…, as connection strings, options and query strings have them.
  /(?:^|[\s,;?&"'({[-])(?:[a-z0-9]{1,30}[_-]){0,4}(?:passw(?:or)?d|pwd|pass|secret|token|api[_-]?key|access[_-]?key|accountkey|sharedaccesskey)["']?\s*[=:]\s*["']?[^\s"',;&]+/i,
  // AWS: access keys, of people and of roles.
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/,
  // GitHub, GitLab.
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{22,}\b/,
  /\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,}/,
  // Slack, Stripe, Google, SendGrid, Twilio, npm, PyPI, Docker Hub, DigitalOcean, Hashicorp Vault, OpenAI and its like, age.
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/,
  /\bSK[0-9a-f]{32}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bpypi-[A-Za-z0-9_-]{16,}/,
  /\bdckr_pat_[A-Za-z0-9_-]{20,}/,
  /\bdo[opr]_v1_[0-9a-f]{64}\b/,
  /\bhv[sbr]\.[A-Za-z0-9_-]{20,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/,
  // A JSON web token: header and claims are JSON in base64url, so both begin alike.
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./,
  // crypt(3): what stands in /etc/shadow.
  /\$(?:1|2[aby]|5|6|7|y|gy)\$[^\s$:]+\$[^\s:]+/,
];

/**
 * Pure: true where a text shows a secret, whatever it is called: as it is, URL-escaped or in base64. Only what has a form of its
 * own is found so: a password by itself is a word like others, and goes by the name it stands under (secret-name.ts).
 */
export function showsSecret(text: string): boolean {
  return readings(text).some((reading) => forms.some((form) => form.test(reading)));
}

function readings(text: string): readonly string[] {
  return [
    text,
    ...unescaped(text),
    ...[...text.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)].flatMap(([word]) => decoded(word)),
  ];
}

function unescaped(text: string): readonly string[] {
  if (!/%[0-9a-f]{2}/i.test(text)) return [];
  try {
    return [decodeURIComponent(text)];
  } catch {
    return [];
  }
}

/** Of what is base64 of a text: of other words some are, by chance, of what nobody can read. */
function decoded(word: string): readonly string[] {
  const text = Buffer.from(word, 'base64').toString('utf8');
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? [text] : [];
}
