// The service worker. Our static files have their content in their names, so what was fetched once is never asked for again. Pages always
// come from the server; without a connection the dashboard comes from this device if its reader turned that on, and else a page says so.

const FILES = "fillbook-files-1";
const KEPT = "fillbook-kept-1";
const DASHBOARD = "/";
const OFFLINE = "/offline/";

// The page that says so, with the files it is drawn with: signing out clears the device, and what was fetched before is gone with it.
const prepare = async () => {
  const cache = await caches.open(FILES);
  const answer = await fetch(new Request(OFFLINE, { credentials: "omit" }));
  const text = await answer.clone().text();
  await cache.addAll([...new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((found) => found[1]))]);
  await cache.put(OFFLINE, answer);
};

self.addEventListener("install", (event) => event.waitUntil(prepare().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => {
  const known = new Set([FILES, KEPT]);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => !known.has(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const file = async (request) => {
  const cache = await caches.open(FILES);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && /\.[0-9a-f]{12}\./.test(request.url)) await cache.put(request, answer.clone());
  return answer;
};

// What the dashboard looked like, with the moment at which it was fetched; forgotten as soon as a dashboard no longer says data-keep.
const keep = async (answer) => {
  const text = await answer.text();
  const cache = await caches.open(KEPT);
  if (!/<html[^>]* data-keep/.test(text)) return cache.delete(DASHBOARD);
  const since = text.replace("<html", `<html data-offline-since="${new Date().toISOString()}"`);
  return cache.put(DASHBOARD, new Response(since, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "" } }));
};

const page = async (event) => {
  const { request } = event;
  const address = new URL(request.url);
  try {
    const answer = await fetch(request);
    if (address.pathname === DASHBOARD && answer.ok && !address.search) event.waitUntil(keep(answer.clone()));
    if (address.pathname.startsWith("/auth/login/")) event.waitUntil(caches.delete(KEPT));
    return answer;
  } catch {
    const kept = address.pathname === DASHBOARD ? await (await caches.open(KEPT)).match(DASHBOARD) : null;
    return kept ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === "/auth/logout/") event.waitUntil(caches.delete(KEPT));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(request));
});
