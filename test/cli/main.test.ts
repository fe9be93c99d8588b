import { test } from 'tap';
import { aidet } from './run-command.js';

test('without a command, and with an unknown one, the commands are listed and the exit code is 2', async (t) => {
  const [bare, unknown, help] = await Promise.all([aidet([]), aidet(['detekt']), aidet(['--help'])]);
  t.match(bare, { code: 2, stdout: /detect +judge images/ });
  t.match(unknown, { code: 2, stdout: /^$/, stderr: /no command 'detekt'/ });
  t.match(help, { code: 0, stdout: /Usage: aidet COMMAND/ });
});

test('wrong use says what was wrong and where to look', async (t) => {
  for (const [args, said] of [
    [['detect', '--no-such'], /--no-such[\s\S]*aidet detect --help/],
    [['detect'], /no images: name files/],
    [['detect', 'a.png', '--threshold', '1.5'], /--threshold must be between 0 and 1, got '1\.5'/],
    [['detect', 'a.png', 'b.png', '--heatmap', 'one.png'], /2 images; name a folder/],
    [['detect', 'a.png', '--workers', 'many'], /--workers: expected a number, got 'many'/],
    [['config', '--config', '/no/such/file.json'], /Config file .*no such file/],
    [['detect', '--files-from', '/no/such/list'], /--files-from \/no\/such\/list/],
  ] as const) {
    const { code, stderr, stdout } = await aidet([...args]);
    t.equal(code, 2, args.join(' '));
    t.match(stderr, said);
    t.equal(stdout, '');
  }
});

test('config prints values with their origin and hides secrets', async (t) => {
  const { code, stdout } = await aidet(['config', '--json', '--port', '9', '--metrics-token', 'hush']);
  t.equal(code, 0);
  const shown = JSON.parse(stdout);
  t.same(shown.port, { value: 9, origin: 'flag' });
  t.same(shown.metrics_token, { value: '(hidden)', origin: 'flag' });
  t.same(shown.host, { value: '127.0.0.1', origin: 'default' });
  t.notMatch(stdout, /hush/);
});
