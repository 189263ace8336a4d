// SPDX-License-Identifier: GPL-2.0-or-later
// What tests/kernels/check --bench measures, done by OpenCV on images of the same kind: "name<TAB>ns/px", one thread,
// processor time, the least of up to 31 runs.
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>

namespace {
const int N = 2048;
uint64_t state = 1;

uint64_t random64()
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int below(int n)
{
    return int((random64() >> 32) * uint64_t(n) >> 32);
}

double now()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e9 + double(t.tv_nsec);
}

void time_of(const char *name, const std::function<void()> &work)
{
    work();
    double least = 1e18;
    const double start = now();
    for (int n = 0; n < 31 && (n < 5 || now() - start < 4e8); n++) {
        const double before = now();
        work();
        least = std::min(least, now() - before);
    }
    std::printf("%s\t%.4f\n", name, least / (double(N) * N));
    std::fflush(stdout);
}

// Blobs of about 500 pixels until they would cover `percent` without overlap, or noise.
cv::Mat mask(int percent, bool blobs)
{
    cv::Mat m = cv::Mat::zeros(N, N, CV_8U);
    for (int i = 0; !blobs && i < N * N; i++)
        m.data[i] = below(100) < percent ? 255 : 0;
    const int r = 13;
    for (int b = 0; blobs && b < int(double(N) * N * percent / 100 / 500); b++) {
        const int rx = r + below(r), ry = r * r / rx + 1;
        cv::ellipse(m, cv::Point(below(N), below(N)), cv::Size(rx, ry), 0, 0, 360, 255, cv::FILLED);
    }
    return m;
}

void smoothing(const cv::Mat &noise)
{
    cv::Mat out, small, up;
    const struct {
        const char *name;
        double sigma;
        int taps;
    } gauss[] = {{"gauss sigma 1", 1, 9}, {"gauss sigma 2", 2, 17}, {"gauss sigma 5", 5, 41}, {"gauss wide sigma 10", 10, 81}};
    for (const auto &g : gauss)
        time_of(g.name, [&] { cv::GaussianBlur(noise, out, cv::Size(g.taps, g.taps), g.sigma, g.sigma, cv::BORDER_REFLECT); });
    time_of("gauss wide sigma 50", [&] { // by way of 1/8, as a good engineer would
        cv::resize(noise, small, cv::Size(N / 8, N / 8), 0, 0, cv::INTER_AREA);
        cv::GaussianBlur(small, small, cv::Size(51, 51), 6.25, 6.25, cv::BORDER_REFLECT);
        cv::resize(small, out, cv::Size(N, N), 0, 0, cv::INTER_LINEAR);
    });
    time_of("median 3 x 3", [&] { cv::medianBlur(noise, out, 3); });
    time_of("median 5 x 5", [&] { cv::medianBlur(noise, out, 5); });
    const int sides[] = {15, 51};
    for (const int side : sides) {
        const cv::Mat square = cv::getStructuringElement(cv::MORPH_RECT, cv::Size(side, side));
        time_of(side == 15 ? "maximum 15 x 15" : "maximum 51 x 51", [&] { cv::dilate(noise, out, square); });
    }
    const cv::Mat large = cv::getStructuringElement(cv::MORPH_RECT, cv::Size(31, 31));
    time_of("opening 31 x 31", [&] { cv::morphologyEx(noise, out, cv::MORPH_OPEN, large); });
    time_of("local mean 25 x 25", [&] { cv::boxFilter(noise, out, -1, cv::Size(25, 25), cv::Point(-1, -1), true, cv::BORDER_REFLECT); });
}

void sampling(const cv::Mat &noise)
{
    cv::Mat out, gain(N, N, CV_32F, 1.1), f;
    const char *const names[] = {"", "shrink mean 1/2", "shrink mean 1/4", "shrink mean 1/8", "shrink mean 1/16"};
    for (int shift = 1; shift <= 4; shift++)
        time_of(names[shift], [&] { cv::resize(noise, out, cv::Size(N >> shift, N >> shift), 0, 0, cv::INTER_AREA); });
    const cv::Mat nodes(N / 8, N / 8, CV_16U, 1000.0);
    time_of("upsample x8", [&] { cv::resize(nodes, out, cv::Size(N, N), 0, 0, cv::INTER_LINEAR); });
    time_of("upsample x8 and subtract", [&] {
        cv::resize(nodes, out, cv::Size(N, N), 0, 0, cv::INTER_LINEAR);
        cv::subtract(noise, out, out);
    });
    time_of("amplify (gain x64)", [&] { cv::multiply(noise, gain, out, 1, CV_16U); }); // the gain at full size
    time_of("stretch", [&] { noise.convertTo(out, CV_8U, 255.0 / 4900, -100 * 255.0 / 4900); });
    time_of("gradient magnitude", [&] {
        cv::Mat dx, dy, m;
        cv::Sobel(noise, dx, CV_32F, 1, 0);
        cv::Sobel(noise, dy, CV_32F, 0, 1);
        cv::magnitude(dx, dy, m);
        m.convertTo(out, CV_16U);
    });
}

void counting(const cv::Mat &noise)
{
    const int bins = 65536, channel = 0;
    const float range[] = {0, 65536}, *ranges[] = {range};
    cv::Mat histogram, out;
    time_of("histogram 65536 bins", [&] { cv::calcHist(&noise, 1, &channel, cv::Mat(), histogram, 1, &bins, ranges); });
    time_of("threshold to runs", [&] { cv::compare(noise, 30000, out, cv::CMP_GT); }); // a byte mask, no runs
}

void shapes()
{
    cv::Mat out, labels, stats, centres;
    const cv::Mat few = mask(12, true), many = mask(100, true), chaos = mask(50, false);
    std::printf("# foreground %.3f and %.3f\n", cv::countNonZero(few) / double(N * N), cv::countNonZero(many) / double(N * N));
    time_of("distance, 11 % foreground", [&] { cv::distanceTransform(few, out, cv::DIST_L2, cv::DIST_MASK_PRECISE); });
    time_of("distance, 63 % foreground", [&] { cv::distanceTransform(many, out, cv::DIST_L2, cv::DIST_MASK_PRECISE); });
    time_of("mask to components and moments", [&] { cv::connectedComponentsWithStats(few, labels, stats, centres, 8, CV_32S); });
    time_of("components and moments, 50 % noise", [&] { cv::connectedComponentsWithStats(chaos, labels, stats, centres, 8, CV_32S); });
}

// Optical density by a table of logarithms, unmixed by a matrix product.
void colour(const cv::Mat &noise)
{
    cv::Mat rgb, density, out, logarithms(1, 256, CV_32F), eight;
    noise.convertTo(eight, CV_8U, 1.0 / 256);
    for (int i = 0; i < 256; i++)
        logarithms.at<float>(i) = -std::log10(float(std::max(i, 1)) / 255);
    cv::merge(std::vector<cv::Mat>{eight, eight, eight}, rgb);
    const cv::Matx23f unmix(1.8f, -1, -0.1f, -0.1f, 1.2f, -0.5f);
    time_of("density of one colour", [&] { cv::LUT(eight, logarithms, out); });
    time_of("two stains of three colours", [&] {
        cv::LUT(rgb, logarithms, density);
        cv::transform(density, out, unmix);
    });
}
} // namespace

int main()
{
    cv::setNumThreads(1);
    cv::Mat noise(N, N, CV_16U);
    for (int i = 0; i < N * N; i++)
        reinterpret_cast<uint16_t *>(noise.data)[i] = uint16_t(random64());
    smoothing(noise);
    sampling(noise);
    counting(noise);
    shapes();
    colour(noise);
    return 0;
}
