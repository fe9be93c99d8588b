import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { resolveSettings, SettingsError, settingsReference } from '../../src/config/settings.js';

test('flag over environment over file over default', async (t) => {
  const all = { file: { port: 1 }, env: { AIDET_PORT: '2' }, flags: { port: '3' } };
  t.match(resolveSettings(all), { settings: { port: 3 }, origins: { port: 'flag', host: 'default' } });
  t.match(resolveSettings({ ...all, flags: {} }), {
    settings: { port: 2 },
    origins: { port: 'environment' },
  });
  t.match(resolveSettings({ file: all.file }), { settings: { port: 1 }, origins: { port: 'file' } });
  t.match(resolveSettings({}), { settings: { port: 8080, host: '127.0.0.1' } });
});

test('all malformed settings are named at once, each by the name it was given under', async (t) => {
  const wrong = {
    file: { prot: 1, fetch_allow: 3 },
    env: { AIDET_PORT: '80x', AIDET_WORKERS: '-1', AIDET_QUEUE_DELAY_MAX_MS: '' },
    flags: { engine: 'apache' },
  };
  try {
    resolveSettings(wrong);
    t.fail('was accepted');
  } catch (error) {
    t.type(error, SettingsError);
    const { problems } = error as SettingsError;
    for (const name of [
      "'prot'",
      'fetch_allow',
      'AIDET_PORT',
      'AIDET_WORKERS',
      'AIDET_QUEUE_DELAY_MAX_MS',
      '--engine',
    ]) {
      t.ok(
        problems.some((p) => p.includes(name)),
        name,
      );
    }
    t.equal(problems.length, 6);
  }
});

test('relations between settings are checked', async (t) => {
  t.throws(() => resolveSettings({ env: { AIDET_TLS_CERT: 'a.pem' } }), /tls_cert and tls_key/);
  t.throws(() => resolveSettings({ env: { AIDET_IN_FLIGHT_BYTES_MAX: '1000000' } }), /image_bytes_max/);
});

test('lists are split at commas', async (t) => {
  t.same(resolveSettings({ env: { AIDET_TRUST_PROXY: '10.0.0.0/8, ::1' } }).settings.trust_proxy, [
    '10.0.0.0/8',
    '::1',
  ]);
});

test('docs/settings.md is the printed reference', async (t) => {
  t.equal(readFileSync('docs/settings.md', 'utf8'), settingsReference());
});
