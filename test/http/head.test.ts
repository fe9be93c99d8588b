/** What is read from a request's head: framing, host, client address, path. */
import t from 'tap';
import { createClientIp } from '../../src/http/client-ip.js';
import type { RequestHead } from '../../src/http/engine/types.js';
import { noBody, type Route } from '../../src/http/exchange.js';
import { checkHost, framedLength } from '../../src/http/framing.js';
import { clientRequestId, newId } from '../../src/http/ids.js';
import { Router } from '../../src/http/router.js';

const head = (headers: Record<string, string>, remoteAddress = '127.0.0.1'): RequestHead => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: new Map(Object.entries(headers)),
  remoteAddress,
});

t.test(
  '[transport.framing] one length, or chunked, and nothing that two readers read differently',
  async (t) => {
    t.equal(framedLength(head({})), 0);
    t.equal(framedLength(head({ 'content-length': '12' })), 12);
    t.equal(framedLength(head({ 'transfer-encoding': 'Chunked' })), null);
    const ambiguous: Record<string, string>[] = [
      { 'content-length': '5, 5' },
      { 'content-length': '5, 6' },
      { 'content-length': '+5' },
      { 'content-length': '-5' },
      { 'content-length': '0x5' },
      { 'content-length': '5 ' },
      { 'content-length': '' },
      { 'content-length': '1'.repeat(16) },
      { 'transfer-encoding': 'chunked', 'content-length': '5' },
      { 'transfer-encoding': 'chunked, chunked' },
      { 'transfer-encoding': 'gzip, chunked' },
      { 'transfer-encoding': 'identity' },
      { 'transfer-encoding': ' chunked' },
      { 'transfer-encoding': 'xchunked' },
    ];
    for (const headers of ambiguous)
      t.throws(() => framedLength(head(headers)), { code: 'invalid_request' }, JSON.stringify(headers));
  },
);

t.test('[transport.host] Host is one host, with a port perhaps', async (t) => {
  for (const host of ['a', 'a.example:8080', '127.0.0.1:1', '[::1]:8080', 'A-b_c.d'])
    t.doesNotThrow(() => checkHost(head({ host })), host);
  for (const host of ['', 'a b', 'a/b', 'a@b', 'a:b', 'a:123456', 'a, b', 'http://a', '[::1', 'ä'])
    t.throws(() => checkHost(head({ host })), { code: 'invalid_request' }, host);
  t.throws(() => checkHost(head({})), { code: 'invalid_request' });
});

t.test('[transport.proxy] the client is the right-most hop outside the proxies', async (t) => {
  const direct = createClientIp([]);
  const behind = createClientIp(['10.0.0.0/8', 'fd00::/8', '192.0.2.1']);
  const ip = (given: string, peer: string): string => behind(head({ 'x-forwarded-for': given }, peer));
  t.equal(
    direct(head({ 'x-forwarded-for': '198.51.100.1' }, '203.0.113.9')),
    '203.0.113.9',
    'nobody is believed',
  );
  t.equal(ip('198.51.100.1', '203.0.113.9'), '203.0.113.9', 'a stranger is not believed');
  t.equal(ip('198.51.100.1', '10.0.0.1'), '198.51.100.1');
  t.equal(ip('198.51.100.1', '::ffff:10.0.0.1'), '198.51.100.1', 'IPv4 in IPv6 is IPv4');
  t.equal(
    ip('6.6.6.6, 198.51.100.1', '10.0.0.1'),
    '198.51.100.1',
    'what the client invents stands further left',
  );
  t.equal(ip('198.51.100.1, 10.0.0.2, fd00::1', '192.0.2.1'), '198.51.100.1', 'through several proxies');
  t.equal(ip('198.51.100.1, nonsense', '10.0.0.1'), '10.0.0.1', 'as far as it can be read');
  t.equal(ip('', '10.0.0.1'), '10.0.0.1');
  t.throws(() => createClientIp(['nonsense']), 'a bad list is seen at start');
});

t.test('[ids.client] a client id that may stand in a log', async (t) => {
  t.equal(clientRequestId('a-B_c.9'), 'a-B_c.9');
  for (const id of [undefined, '', 'a b', 'a\n', 'ä', 'a'.repeat(129), '"'])
    t.equal(clientRequestId(id), undefined);
  t.match(newId('req'), /^req_[0-9A-HJKMNP-TV-Z]{26}$/);
});

t.test('[errors.not_found] paths and methods', async (t) => {
  const route = (method: Route['method'], path: string): Route => ({
    operationId: `${method} ${path}`,
    method,
    path,
    endpoint: null,
    read: noBody,
    handle: () => ({ value: {} }),
  });
  const router = new Router([
    route('GET', '/a'),
    route('POST', '/a'),
    route('GET', '/a/{id}'),
    route('DELETE', '/a/{id}'),
    route('GET', '/f/{id}.png'),
    route('GET', '/f/{id}.html'),
  ]);
  const found = (method: string, path: string): unknown[] => {
    const { route, params } = router.match(method, path);
    return [route.operationId, params];
  };
  t.same(found('POST', '/a'), ['POST /a', {}]);
  t.same(found('HEAD', '/a'), ['GET /a', {}]);
  t.same(found('DELETE', '/a/x%20y'), ['DELETE /a/{id}', { id: 'x y' }]);
  t.same(found('GET', '/f/art_1.png'), ['GET /f/{id}.png', { id: 'art_1' }]);
  t.throws(() => found('PATCH', '/a'), { code: 'not_found', allow: ['GET', 'POST'] });
  for (const path of ['/', '/a/', '/A', '/a/b/c', '/f/xpng', '/a/%zz', `/a/${'x'.repeat(201)}`, '/__proto__'])
    t.throws(() => found('GET', path), { code: 'not_found', allow: [] }, path);
});
