#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Documents that want to hurt whoever reads them. A line each: its name, the exit status
# of "bellwether check", seconds, megabytes it had at most, and the first thing it said.
# usage: hostile.py BELLWETHER FOLDER
import os
import sys

HEAD = ('<policy xmlns="urn:bellwether:policy:1"><server name="s" address="192.0.2.1">'
        '<key id="1" file="k"/></server><failover threshold="1"><step>'
        '<select all="yes"/></step></failover><connection threshold="2"/><clients>')
TAIL = '</clients></policy>'
MANY = 100_000_000  # bytes, about


def bomb():
    entities = ''.join('<!ENTITY a%d "%s">' % (i, '&a%d;' % (i - 1) * 10)
                       for i in range(1, 12))
    return '<!DOCTYPE p [<!ENTITY a0 "ha">' + entities + ']><policy>&a11;</policy>'


DOCUMENTS = {
    'rubbish': lambda: 'A' * MANY,
    'zeros': lambda: '\0' * MANY,
    'bomb': bomb,
    'external': lambda: '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                        '<policy>&e;</policy>',
    'xinclude': lambda: HEAD + '<i:include xmlns:i="http://www.w3.org/2001/XInclude" '
                               'href="/etc/passwd" parse="text"/>' + TAIL,
    'nested': lambda: HEAD + '<site name="a">' * (MANY // 15),
    'elements': lambda: HEAD + '<x/>' * (MANY // 4) + TAIL,
    'namespaces': lambda: HEAD + ''.join('<n%d:x xmlns:n%d="u%d"/>' % (i, i, i)
                                         for i in range(MANY // 200)) + TAIL,
    'attributes': lambda: HEAD + '<client ' + ' '.join(
        'a%d="1"' % i for i in range(MANY // 50)) + '/>' + TAIL,
    'attribute': lambda: HEAD + '<client name="' + 'a' * MANY + '"/>' + TAIL,
    'name': lambda: HEAD + '<' + 'a' * MANY + '/>' + TAIL,
    'comment': lambda: HEAD + '<!--' + 'a' * MANY,
    'instruction': lambda: HEAD + '<?' + 'a' * MANY,
    'text': lambda: HEAD + 'a' * MANY + TAIL,
    'clients': lambda: HEAD + ''.join('<client name="c%d" address="10.0.0.1"/>' % i
                                      for i in range(MANY // 50)) + TAIL,
    'expression': lambda: HEAD.replace(
        '<connection', '<performance function="%s"/><connection' % ('(' * 4000)) + TAIL,
}


def check(program, path):
    said = path + '.said'
    child = os.fork()
    if child == 0:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execv(program, ['bellwether', 'check', path])
    _, status, used = os.wait4(child, 0)
    with open(said, errors='replace') as file:
        first = file.readline().strip()
    os.unlink(said)
    # Its own time: what others do on this machine is not the document's.
    return (os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime,
            used.ru_maxrss / 1024, first.replace(path, 'POLICY')[:100])


def main():
    program, folder = sys.argv[1:]
    for name, make in DOCUMENTS.items():
        path = os.path.join(folder, 'policy.xml')
        with open(path, 'w', encoding='ascii') as file:
            file.write(make())
        print('%s %d %.1f %.0f %s' % ((name,) + check(program, path)), flush=True)
        os.unlink(path)


main()
