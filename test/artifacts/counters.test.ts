import { describe, expect, it } from 'vitest';
import { parseEthtool } from '../../src/artifacts/ethtool.js';
import { parseMetrics } from '../../src/artifacts/ipamd-metrics.js';
import { parseSysctl } from '../../src/artifacts/sysctl.js';
import { ETHTOOL, METRICS, SYSCTL } from './samples.js';

describe('ethtool', () => {
  it('reads the counters of each interface', () => {
    const { value, understood, notUnderstood } = parseEthtool(ETHTOOL.split('\n'), 'f');
    expect([...value.keys()]).toEqual(['ens5', 'lo', 'eni18582a65b10']);
    expect(value.get('ens5')?.get('conntrack_allowance_exceeded')).toEqual({
      value: 17,
      loc: { file: 'f', line: 4 },
    });
    expect(value.get('lo')?.size).toBe(0);
    expect([understood, notUnderstood]).toEqual([8, 0]);
  });

  it('forgets the first run when the first interface comes again', () => {
    const again = 'Interface ens5\nNIC statistics:\n     total_resets: 3\n';
    const { value } = parseEthtool((ETHTOOL + again).split('\n'), 'f');
    expect([...value.keys()]).toEqual(['ens5']);
    expect(value.get('ens5')?.get('total_resets')).toEqual({ value: 3, loc: { file: 'f', line: 18 } });
  });
});

describe('sysctl', () => {
  it('maps the slashes of interface names with dots', () => {
    const { value } = parseSysctl(SYSCTL.split('\n'), 'f');
    expect(value.get('net.ipv4.conf.vlan.eth.1.rp_filter')).toEqual({
      value: '2',
      loc: { file: 'f', line: 3 },
    });
    expect(value.get('net.ipv4.ip_local_port_range')?.value).toBe('32768\t60999');
  });

  it('lets the last run count, and drops keys only the first had', () => {
    const { value } = parseSysctl(`${SYSCTL}abi.vsyscall32 = 1\nnet.ipv4.ip_forward = 0\n`.split('\n'), 'f');
    expect(value.get('net.ipv4.ip_forward')).toEqual({ value: '0', loc: { file: 'f', line: 8 } });
    expect(value.has('net.netfilter.nf_conntrack_max')).toBe(false);
  });

  it('reads the files of old support bundles and passes over messages', () => {
    const text = [
      '================== sysctls ==================',
      '/proc/sys/net/ipv4/conf/eth0/rp_filter = 1',
      'sysctl: reading key "net.ipv6.conf.all.stable_secret"',
    ];
    const { value, understood, notUnderstood } = parseSysctl(text, 'f');
    expect(value.get('net.ipv4.conf.eth0.rp_filter')?.value).toBe('1');
    expect([understood, notUnderstood]).toEqual([1, 0]);
  });

  it('is not polluted by names of object properties', () => {
    const { value } = parseSysctl(['__proto__.x = 1', 'constructor = 2'], 'f');
    expect([...value.keys()]).toEqual(['__proto__.x']);
  });
});

describe('ipamd metrics', () => {
  it('keeps series as printed and leaves out what is no number', () => {
    const { value, notUnderstood } = parseMetrics(METRICS.split('\n'), 'f');
    expect(value.get('awscni_total_ip_addresses')).toEqual({ value: 11, loc: { file: 'f', line: 3 } });
    expect(value.get('awscni_ec2api_error_count{fn="CreateNetworkInterface"}')?.value).toBe(3);
    expect(value.get('go_memstats_alloc_bytes')?.value).toBe(12345678);
    expect(value.has('go_gc_duration_seconds{quantile="1"}')).toBe(false);
    expect(notUnderstood).toBe(0);
  });

  it('understands nothing of an error page', () => {
    expect(parseMetrics(['<html><body>502 Bad Gateway</body></html>'], 'f').understood).toBe(0);
    expect(parseMetrics(['404 page not found'], 'f').understood).toBe(0);
  });
});
