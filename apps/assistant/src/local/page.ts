import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asset, assetName } from '../single-file/assets.ts';
import type { WindowStart } from './views.ts';

/** What vite makes of `apps/assistant/window`: one script and one style sheet. */
export const builtWindow = fileURLToPath(new URL('../../dist/window/', import.meta.url));

export interface WindowPage {
  html(start: WindowStart): string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The window as one page with script and style inside: there is no asset that a stranger's page could load to find out
 * that an assistant is here. The policy allows just these two by their digests.
 * @throws Error when the window was not built
 */
export function loadWindowPage(folder: string = builtWindow): WindowPage {
  const packaged = (name: string) => asset(name)?.toString('utf8');
  const script = (packaged(assetName.windowScript) ?? only(folder, '.js')).replaceAll(
    '</script',
    '<\\/script',
  );
  const style = (packaged(assetName.windowStyle) ?? only(folder, '.css')).replaceAll('</style', '<\\/style');
  const policy = [
    `default-src 'none'`,
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    `connect-src 'self'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return {
    html: (start) => page(script, style, start),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'cache-control': 'no-store',
    },
  };
}

const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

function only(folder: string, extension: string): string {
  const found = filesOf(folder).filter((path) => path.endsWith(extension));
  const [path] = found;
  if (!path || found.length > 1)
    throw new Error(`the window is not built: ${folder} needs one ${extension} file`);
  return readFileSync(path, 'utf8');
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function page(script: string, style: string, start: WindowStart): string {
  const data = JSON.stringify(start).replaceAll('<', '\\u003c');
  const language = start.language === 'zh' ? 'zh-CN' : 'en';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>密码助手</title><style>${style}</style></head>
<body><div id="app"></div><script type="application/json" id="certdesk-start">${data}</script>
<script type="module">${script}</script></body></html>
`;
}
